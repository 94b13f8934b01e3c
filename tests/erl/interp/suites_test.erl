%% SPDX-License-Identifier: Apache-2.0
%% Faults that OTP's own suites have found (npm run conformance): stack traces of errors through apply, exceptions
%% raised again with another class, backtrace_depth, bit syntax with impossible sizes, names that are too long.
-module(suites_test).
-export([main/0, err/1, undefined_lambda/3, undefined_function/3]).

id(X) -> X.
p(X) -> io:format("~p~n", [X]).

main() ->
    bad_apply(),
    error_2(),
    class(),
    [depth(D) || D <- lists:seq(0, 8)],
    bits(),
    names(),
    purged_fun(),
    foreign_fun(),
    many_floats().

%% Keys that differ only in few bits: with a poor hash function this takes minutes.
many_floats() ->
    M = maps:from_list([{float(I), I} || I <- lists:seq(1, 100000)]),
    p({map_size(M), maps:get(77777.0, M)}).

%% Only this module's part of the trace, because main/0 is called in different ways.
here({'EXIT', {R, S}}) ->
    {'EXIT', {R, [setelement(4, E, loc(L)) || {M, _, _, L} = E <- S, M =:= ?MODULE orelse M =:= erlang]}};
here(X) -> X.
loc(L) -> lists:keydelete(file, 1, L).

bad_apply() ->
    Bad = id({}), L = id([a, b]),
    p(here(catch Bad:baz(a, b))),
    p(here(catch baz:Bad(c, d))),
    p(here(catch apply(Bad, baz, L))),
    p(here(catch apply(baz, Bad, L))),
    p(here(catch apply(baz, id(x), id([a | b])))).

error_2() ->
    put(erlang, erlang),
    put(tail, []),
    [p({T, here(catch stk([a, b], T))})
     || T <- [apply_const_only, apply_only, apply_const_last, apply_const, apply_last, apply, multi_apply_const_last,
              multi_apply_last, multi_apply, call_const_last, call_last, call_const, call]].

stk([_ | L], T) -> stk(L, T), id(ok);
stk([], T) -> err(T), id(ok).

err(apply_const_only) -> apply(erlang, error, [oops, [apply_const_only]]);
err(apply_only) -> E = get(erlang), T = get(tail), apply(E, error, [oops, [apply_only | T]]);
err(apply_const_last) -> erlang:apply(erlang, error, [oops, [apply_const_last]]);
err(apply_const) -> erlang:apply(erlang, error, [oops, [apply_const]]), ok;
err(apply_last) -> erlang:apply(id(erlang), id(error), id([oops, [apply_last]]));
err(apply) -> erlang:apply(id(erlang), id(error), id([oops, [apply]])), ok;
err(multi_apply_const_last) -> apply(erlang, apply, [erlang, error, [oops, [multi_apply_const_last]]]);
err(multi_apply_last) -> apply(id(erlang), id(apply), id([erlang, apply, [erlang, error, [oops, [multi_apply_last]]]]));
err(multi_apply) -> apply(id(erlang), id(apply), id([erlang, apply, [erlang, error, [oops, [multi_apply]]]])), ok;
err(call_const_last) -> erlang:error(oops, [call_const_last]);
err(call_last) -> erlang:error(id(oops), id([call_last]));
err(call_const) -> erlang:error(oops, [call_const]), ok;
err(call) -> erlang:error(id(oops), id([call])), ok.

%% The class given to raise/3 stays when an after clause raises again.
class() ->
    p(try class_1(fun() -> throw(arne) end) catch C:R -> {C, R} end).
class_1(F) -> try class_2(F) after id(ok) end.
class_2(F) -> try F() catch throw:R:S -> erlang:raise(error, R, S) end.

depth(D) ->
    Old = erlang:system_flag(backtrace_depth, D),
    Lengths =
        [try F() catch error:_:S -> length(S) end
         || F <- [fun() -> error(reason) end,
                  fun() -> {'EXIT', {_, S}} = (catch error(x)), erlang:raise(error, reason, [hd(S) | tl(S)]) end,
                  fun() -> deep(12) end],
            D < 4], % the depth of the stack below main/0 differs
    p({D, Old, Lengths, try deep(12) catch error:_:S2 -> length(S2) end}),
    erlang:system_flag(backtrace_depth, Old).
deep(0) -> error(reason);
deep(N) -> id(deep_1(N - 1)), id(ok).
deep_1(N) -> id(deep(N)), id(ok).

bits() ->
    Bin = <<0:(1 bsl 20), 13:8>>,
    p([a(Bin), b(Bin), c(Bin), tail(Bin), tail(<<>>)]),
    p([d(Bin, S) || S <- [25, 28, 32, 50, 57, 60, 61, 62, 63, 64]]),
    p(cause(fun() -> <<1:32, "xyz", (id(<<"abc">>))/binary, (id(a))/binary>> end)),
    p(cause(fun() -> <<1:32, (id(a))/binary>> end)).
cause(F) -> try F() catch error:R:S -> [{_, _, _, I} | _] = S,
    {R, maps:get(cause, proplists:get_value(error_info, I))} end.
a(<<_:33554432/binary-unit:128, 0, _/binary>>) -> 1;
a(<<_:67108864/binary-unit:64, 0, _/binary>>) -> 2;
a(_) -> no.
b(<<_:18446744073709551616/binary, 0, _/binary>>) -> 1;
b(<<_:144115188075855872/binary-unit:128, 0, _/binary>>) -> 2;
b(<<_:288230376151711744/binary-unit:64, 0, _/binary>>) -> 3;
b(<<_:2305843009213693952/binary-unit:8, 0, _/binary>>) -> 4;
b(_) -> no.
c(<<B:18446744073709551616/binary, 0, _/binary>>) -> {1, size(B)};
c(<<B:144115188075855872/binary-unit:128, 0, _/binary>>) -> {2, size(B)};
c(<<B:2305843009213693952/binary-unit:8, 0, _/binary>>) -> {3, size(B)};
c(_) -> no.
d(Bin, S) ->
    Sz = id(1 bsl S),
    case Bin of
        <<_:Sz/binary-unit:128, 0, _/binary>> -> {S, skipped};
        <<N:Sz/binary-unit:128, 0, _/binary>> -> {S, size(N)};
        _ -> no
    end.
tail(<<_, A:2147483648>>) -> A;
tail(<<_, A:18446744073709551616>>) -> A;
tail(<<_:8, _:2147483648>>) -> no_1;
tail(<<_:8, _:18446744073709551616>>) -> no_2;
tail(_) -> no.

names() ->
    [p(try binary_to_atom(B, E) catch error:R -> R end)
     || {B, E} <- [{<<0:512/unit:8, 255>>, utf8}, {<<0:255/unit:8, 255>>, utf8}, {<<0:256/unit:8>>, latin1},
         {<<255>>, utf8}]],
    p(try binary_to_existing_atom(<<0:512/unit:8, 255>>, utf8) catch error:R -> R end).

%% A fun does not keep its process from living on when the module is purged; a later call finds that the module is gone.
purged_fun() ->
    Forms = [begin {ok, T, _} = erl_scan:string(L), {ok, F} = erl_parse:parse_form(T), F end
             || L <- ["-module(suites_made).", "-export([f/0, g/1]).", "f() -> fun(X) -> {X, f} end.",
                 "g(X) -> fun() -> X end."]],
    {ok, suites_made, Beam} = compile:forms(Forms),
    {module, suites_made} = code:load_binary(suites_made, "suites_made.erl", Beam),
    F = suites_made:f(), G = suites_made:g(1),
    p({F(1), G()}),
    true = code:delete(suites_made),
    p(erlang:check_process_code(self(), suites_made)),
    p(code:purge(suites_made)),
    p(undef(catch F(1))),
    p(undef(catch G())),
    p(undef(catch apply(F, [2]))).
undef({'EXIT', {R, [{F, A, []} | _]}}) -> {R, is_function(F, length(A)), A};
undef(X) -> X.

%% fun(A, B, C) -> {A, B, C, X} end of a module that does not exist.
foreign_fun() ->
    F = binary_to_term(<<131, 112, 0, 0, 0, 84, 3, 109, 96, 69, 208, 5, 175, 207, 75, 36, 93, 112, 218, 232, 222, 22,
        251, 0, 0, 0, 0, 0, 0,
        0, 1, 100, 0, 11, 102, 111, 111, 98, 97, 114, 98, 108, 117, 114, 102, 97, 0, 98, 5, 244, 197, 144, 103, 100, 0,
            13,
        110, 111, 110, 111, 100, 101, 64, 110, 111, 104, 111, 115, 116, 0, 0, 0, 46, 0, 0, 0, 0, 0, 104, 3, 97, 1, 97,
            2,
        97, 3>>),
    p(undef(catch F(a, b, c))),
    p(undef(catch F(a, b))),
    p(process_flag(error_handler, ?MODULE)),
    p({undefined_lambda, F(a, b, c)}),
    process_flag(error_handler, error_handler).
undefined_lambda(Module, Fun, Args) -> {Module, is_function(Fun, 3), Args}.
undefined_function(M, F, A) -> error_handler:undefined_function(M, F, A).
