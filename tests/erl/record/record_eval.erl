%% SPDX-License-Identifier: Apache-2.0
%% Native records in code that is compiled and evaluated here: the compiler, erl_eval, the pretty printer, the linter.
-module(record_eval).
-export([main/0]).

main() ->
    {ok, M, Beam, Warnings} = compile:forms(forms(module()), [binary, return]),
    io:format("compiled ~w ~0p ~w~n", [M, Warnings,
        [I || {"Recs", _} = {I, _} <- element(3, beam_lib:all_chunks(Beam))]]),
    io:format("beam ~w~n",
        [erlang:md5(element(2, hd([C || {"Recs", _} = C <- element(3, beam_lib:all_chunks(Beam))])))]),
    {module, M} = code:load_binary(M, "made_here.beam", Beam),
    io:format("run ~0p~n", [[M:new(1), M:get(M:new(2)), M:put(M:new(3), x), M:kind(M:new(4)), M:kind(1)]]),
    io:format("md5 ~w~n", [M:module_info(md5) =:= beam_lib_md5(Beam)]),
    [io:format("~ts~n  ~0tp~n", [E, eval(E)]) || E <- expressions()],
    [io:format("~ts", [erl_pp:form(F)]) || F <- forms(module())],
    io:format("old code ~0p~n", [versions(M)]),
    [io:format("lint ~0p~n", [try erl_lint:module(forms(T)) catch C:R -> {C, R} end]) || T <- bad()],
    ok.

module() ->
    "-module(made_here).\n-export([new/1, get/1, put/2, kind/1]).\n-export_record([r]).\n"
    "-record #r{a, b = [1, \"two\", {3.0, #{}}], c = 1 bsl 100}.\n-record #s{}.\n"
    "new(X) -> #r{a = X}.\nget(R) -> R#r.a.\nput(#r{} = R, X) -> R#r{b = X}.\nkind(R) when is_record(R, r) -> r; "
        "kind(#s{}) -> s; kind(#_{}) -> any; kind(_) -> none.\n".

bad() ->
    ["-module(b).\n-export([f/0]).\nf() -> #r{a = 1}.\n",
        "-module(b).\n-export([f/0]).\n-record #r{a}.\nf() -> #r{b = 1}.\n",
        "-module(b).\n-export([f/0]).\n-record #r{a, a}.\nf() -> 1.\n",
     "-module(b).\n-export([f/0]).\n-record #r{a}.\nf() -> #r{}.\n",
         "-module(b).\n-export_record([x]).\n-export([f/0]).\nf() -> 1.\n",
         "-module(b).\n-export([f/1]).\n-record #r{a}.\nf(R) -> R#r.z.\n"].

forms(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    [begin {ok, F} = erl_parse:parse_form(T), F end || T <- split(Tokens, [], [])].
split([], [], Forms) -> lists:reverse(Forms);
split([{dot, _} = D | T], Form, Forms) -> split(T, [], [lists:reverse([D | Form]) | Forms]);
split([H | T], Form, Forms) -> split(T, [H | Form], Forms).

expressions() ->
    ["#made_here:r{a = 1}.", "#made_here:r{a = 1, zz = 2}.", "#made_here:s{}.", "#made_here:none{}.",
        "#no_module_here:none{}.", "(made_here:new(5))#made_here:r.a.", "(made_here:new(5))#made_here:r.zz.",
        "(made_here:new(5))#made_here:s.a.",
     "(made_here:new(5))#_.b.", "(made_here:new(5))#made_here:r{a = x}.", "(made_here:new(5))#_{a = x}.",
         "X = 1, X#made_here:r{a = x}.", "R = made_here:new(5), [R#made_here:r.a, R#_.b].",
         "R = made_here:new(5), R#made_here:r.zz.", "R = made_here:new(5), R#made_here:s.a.",
         "R = made_here:new(5), [R#made_here:r{a = x}, R#_{b = y}].", "R = made_here:new(5), R#made_here:r{zz = x}.",
         "#made_here:r{a = A, b = [_ | B]} = made_here:new({deep, 1}), {A, B}.",
     "case made_here:new(5) of #made_here:s{} -> s; #made_here:r{a = 5} -> five end.",
         "#_{a = A} = made_here:new(7), A.", "[A || #made_here:r{a = A} <- [made_here:new(1), 2, made_here:new(3)]].",
     "is_record(made_here:new(1)).", "is_record(made_here:new(1), made_here, r).",
         "if is_record(made_here:new(1)) -> yes; true -> no end.",
         "F = fun(#made_here:r{a = A}) -> A; (_) -> none end, [F(made_here:new(1)), F(2)].",
     "made_here:new(1) =:= #made_here:r{a = 1}.", "try #made_here:r{} catch error:{novalue, {Id, _}} -> Id end.",
         "records:get_definition(made_here, r)."].

eval(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    try {ok, Es} = erl_parse:parse_exprs(Tokens), {value, V, _} = erl_eval:exprs(Es, []), V catch C:R -> {C, R} end.

beam_lib_md5(Beam) -> {ok, {_, Md5}} = beam_lib:md5(Beam), Md5.

%% A record of a module's version that is gone.
versions(M) ->
    R = M:new(old),
    Refused = code:delete(M), % refused as long as the version before is there
    code:purge(M),
    {ok, M, Beam} =
        compile:forms(forms("-module(made_here).\n-export([new/1, get/1]).\n-export_record([r]).\n-record #r{a, z = "
        "1}.\nnew(X) -> #r{a = X}.\nget(#r{a = A, z = Z}) -> {A, Z}; get(#r{a = A}) -> A.\n")),
    {module, M} = code:load_binary(M, "made_here.beam", Beam),
    Before = {R, M:new(new), M:get(R), M:get(M:new(new)), R < M:new(old), R#made_here:r.a},
    true = code:delete(M), Purged = code:purge(M),
    erlang:garbage_collect(),
    {Refused, Before, Purged, R, records:get(b, R)}.
