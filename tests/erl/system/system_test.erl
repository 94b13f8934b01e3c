%% SPDX-License-Identifier: Apache-2.0
%% System BIFs: exceptions, time, funs, code, environment, nodes, atomics, persistent terms, flags.
%% One line for each case: its text and its result (or class, reason and the first entry of the trace).
-module(system_test).
-export([main/0, id/1]).
-define(T(E), io:format("~s => ~0p~n", [??E, t(fun() -> E end)])).

id(X) -> X.
t(F) ->
    try F() catch
        C:R:S -> case S of
            [{M, F1, A, L} | _] when is_list(A) -> {C, R, M, F1, length(A), info(L)};
            _ -> {C, R}
        end
    end.
info(L) -> [maps:get(cause, I, none) || {error_info, I} <- L].
%% Class, reason, and the trace without line numbers.
st(F) ->
    try F() catch C:R:S -> {C, R, [{M, F1, A, [X || X = {K, _} <- L, K =/= line]}
        || {M, F1, A, L} <- lists:sublist(S, 2)]} end.
-define(S(E), io:format("~s => ~0p~n", [??E, st(fun() -> E end)])).

main() ->
    catch logger:set_primary_config(level, none), % erl's loader logs failures there
    errors(), raise(), times(), calendar(), units(), uniques(), funs(), codes(), modules(), environment(),
    nodes_(), atomics_(), counters_(), persistent(), flags(), infos(), gc(), misc().

errors() ->
    ?T(erlang:error(id(a))), ?T(erlang:error(id(a), [x])), ?T(erlang:error(id(a), none)),
        ?T(erlang:error(id(a), id(1))),
    ?T(erlang:exit(id(a))), ?T(erlang:throw(id(a))),
    ?S(erlang:error(a, [x, y])), ?S(erlang:error(a, [x], [{error_info, #{cause => z}}])),
        ?S(erlang:error(a, none, [{error_info, #{}}])),
    ?S(erlang:error(a, [x], id([foo]))), ?S(erlang:error(a, [x], id(foo))),
        ?S(erlang:error(a, [x], id([{error_info, 1}]))),
    ?S(erlang:nif_error(a)), ?S(erlang:nif_error(a, [1])),
    ?T(apply(erlang, id(error), [x])), ?T(apply(erlang, id(exit), [x])), ?T(apply(erlang, id(throw), [x])).

raise() ->
    ?S(erlang:raise(error, a, [])), ?S(erlang:raise(id(foo), a, [])), ?S(erlang:raise(error, a, id(foo))),
        ?S(erlang:raise(error, a, id([foo]))),
    ?S(erlang:raise(error, a, [{m, f, 1}])), ?S(erlang:raise(exit, a, [{m, f, [x, y], [{line, 1}]}])),
        ?S(erlang:raise(throw, a, [{m, f, 1, []}])),
    ?S(erlang:raise(error, a, id([{m, f, 1, foo}]))), ?S(erlang:raise(error, a, id([{1, f, 1}]))),
        ?S(erlang:raise(error, a, id([{m, f}]))),
    ?S(erlang:raise(error, a, id([{m, f, 1} | x]))), ?S(erlang:raise(error, a, id([{m, f, 1, [foo]}]))),
    ?T(length(element(2, element(2, catch erlang:raise(error, a, [{m, f, 1} || _ <- lists:seq(1, 20)]))))).

times() ->
    ?T(is_integer(erlang:monotonic_time())), ?T(erlang:monotonic_time() =< erlang:monotonic_time()),
    [?T({U, is_integer(erlang:monotonic_time(id(U)))}) || U <- [second, millisecond, microsecond, nanosecond, native,
        perf_counter, 1000, 7, seconds, milli_seconds, micro_seconds, nano_seconds, foo, 0, -1, 1.0, "x", minute]],
    [?T({U, is_integer(F(U))}) || U <- [second, native, foo, 0],
        F <- [fun erlang:system_time/1, fun erlang:time_offset/1, fun os:system_time/1]],
    ?T(erlang:system_time(second) div 100 =:= os:system_time(second) div 100 orelse true),
    ?T(begin {A, B, C} = erlang:timestamp(), is_integer(A) and is_integer(B) and is_integer(C) end),
    ?T(begin {A, B, C} = os:timestamp(), is_integer(A) and (B < 1000000) and (C < 1000000) end),
    ?T(begin X = erlang:now(), Y = erlang:now(), X < Y end),
    ?T(abs(erlang:system_time(1000) - (erlang:monotonic_time(1000) + erlang:time_offset(1000))) =< 2),
    ?T(is_integer(os:perf_counter())), ?T(erts_internal:time_unit()), ?T(erts_internal:perf_counter_unit()),
    ?T(erlang:convert_time_unit(1, second, native)), ?T(erlang:convert_time_unit(-1, millisecond, second)),
        ?T(erlang:convert_time_unit(1500, millisecond, 2)),
    ?T(begin {_, _, _} = date(), {_, _, _} = time(), {{_, _, _}, {_, _, _}} = erlang:localtime(), ok end),
    ?T(begin {Y, M, D} = date(), calendar:valid_date(Y, M, D) end),
    ?T(erlang:universaltime() =< calendar:universal_time()).

calendar() ->
    [?T({Y, t(fun() -> erlang:universaltime_to_posixtime({{Y, 6, 1}, {1, 2, 3}}) end)})
        || Y <- [-1, 0, 1, 1599, 1600, 1601, 1899, 1900, 1970, 2000, 2038, 9999, 10000, 100000, 2147483646,
        2147483647]],
    [?T({Y, t(fun() -> erlang:universaltime_to_localtime({{Y, 6, 1}, {1, 2, 3}}) end)})
        || Y <- [-1, 0, 1, 1599, 1900, 2147483647]],
    [?T({T, t(fun() -> erlang:localtime_to_universaltime(T) end),
        t(fun() -> erlang:universaltime_to_posixtime(T) end)}) || T <-
        [{{2020, 0, 1}, {1, 1, 1}}, {{2020, 1, 0}, {1, 1, 1}}, {{2020, 1, 32}, {1, 1, 1}}, {{2020, 1, 1}, {24, 1, 1}},
            {{2020, 1, 1}, {-1, 1, 1}},
         {{2020, 1, 1}, {1, 60, 1}}, {{2020, 1, 1}, {1, 1, 60}}, {{2021, 2, 29}, {1, 1, 59}},
             {{1900, 2, 29}, {1, 1, 59}}, {{2020, 1, 1}, {1, 1, a}},
         {{2020, 1, 1}, {1, 1}}, {a, b}, foo, {{2020, 4, 31}, {0, 0, 0}}]],
    [?T({T, erlang:universaltime_to_posixtime(T)}) || T <- [{{2020, 2, 29}, {1, 1, 59}}, {{2000, 2, 29}, {0, 0, 0}},
        {{1999, 12, 31}, {23, 59, 59}}, {{1600, 1, 1}, {0, 0, 0}}]],
    [?T({S, erlang:posixtime_to_universaltime(S)}) || S <- [0, -1, 1, 86399, 86400, 951782400, 951868800, 1582934400,
        4102444800, -62135596800, 1 bsl 40, 1 bsl 50, 67767976233532799, 1 bsl 59]],
    [?T(erlang:posixtime_to_universaltime(id(S))) || S <- [a, 1.0, 1 bsl 70, -(1 bsl 70)]],
    [begin P = erlang:universaltime_to_posixtime(erlang:posixtime_to_universaltime(S)),
        P =:= S orelse io:format("~p ~p~n", [S, P]) end
        || S <- lists:seq(-11676096000, 20000000000, 86400 * 37 + 12345)],
    ?T(erlang:localtime_to_universaltime({{2020, 1, 1}, {12, 0, 0}}, id(foo))),
    ?T(erlang:universaltime_to_localtime(erlang:localtime_to_universaltime({{2020, 1, 1}, {12, 0, 0}}))).

units() ->
    [?T({U, erlang:convert_time_unit(123456789012, nanosecond, U)})
        || U <- [second, millisecond, microsecond, 3, 1000000007, 1 bsl 70]].

uniques() ->
    ?T(is_integer(erlang:unique_integer())), ?T(erlang:unique_integer([positive]) > 0),
    ?T(begin A = erlang:unique_integer([monotonic]), B = erlang:unique_integer([monotonic]), A < B end),
    ?T(begin A = erlang:unique_integer([monotonic, positive]), B = erlang:unique_integer([positive, monotonic]),
        A < B end),
    ?T(length(lists:usort([erlang:unique_integer() || _ <- lists:seq(1, 1000)]))),
    ?T(erlang:unique_integer(id(foo))), ?T(erlang:unique_integer(id([foo]))),
        ?T(erlang:unique_integer(id([positive | x]))).

funs() ->
    X = id(17),
    F = fun(A) -> A + X end,
    E = fun lists:map/2,
    G = fun ?MODULE:id/1,
    [?T({K, erlang:fun_info(F, K)}) || K <- [module, arity, env, type]],
    [?T({K, erlang:fun_info(E, id(K))}) || K <- [module, name, arity, env, type, index, uniq, new_index, new_uniq, refc,
        pid, foo]],
    [?T({K, is_integer(element(2, erlang:fun_info(F, K)))}) || K <- [index, uniq, new_index, refc]],
    ?T(byte_size(element(2, erlang:fun_info(F, new_uniq)))),
        ?T(element(2, erlang:fun_info(F, new_uniq)) =:= ?MODULE:module_info(md5)),
    ?T(erlang:fun_info(F, name) =:= {name, element(2, erlang:fun_info_mfa(F))}),
        ?T(atom_to_list(element(2, erlang:fun_info(F, name)))),
    ?T([K || {K, _} <- erlang:fun_info(F)]), ?T(erlang:fun_info(E)), ?T(erlang:fun_info_mfa(E)),
        ?T(erlang:fun_info_mfa(id(x))),
    ?T(erlang:fun_info(id(foo), module)), ?T(erlang:fun_info(F, id(foo))), ?T(erlang:fun_info(F, id(1))),
    ?T(erlang:fun_info(F, pid) =:= {pid, self()}), ?T(erlang:fun_info(G, type)),
    ?T(erlang:make_fun(lists, id(map), 2)), ?T(erlang:make_fun(id(a), b, 255)), ?T(erlang:make_fun(id(a), b, 256)),
        ?T(erlang:make_fun(id(a), b, -1)), ?T(erlang:make_fun(id(1), b, 1)),
    ?T((erlang:make_fun(lists, reverse, 1))([1, 2])), ?T(erlang:make_fun(lists, id(map), 2) =:= E), ?T(F(3)).

codes() ->
    [?T({M, F, A, erlang:function_exported(id(M), F, A)})
        || {M, F, A} <- [{lists, map, 2}, {lists, map, 22}, {erlang, self, 0}, {erlang, halt, 0}, {a, b, -1},
        {lists, member, 2}, {?MODULE, main, 0}, {?MODULE, codes, 0}, {nope, x, 0}]],
    ?T(erlang:function_exported(id(1), halt, 0)), ?T(erlang:function_exported(lists, map, id(a))),
    [?T({M, F, A, erlang:is_builtin(id(M), F, A)})
        || {M, F, A} <- [{erlang, self, 0}, {erlang, x, 0}, {erlang, error, 1}, {lists, map, 2}, {lists, member, 2},
        {erlang, self, -1}, {erlang, '+', 2}]],
    ?T(erlang:is_builtin(id(1), x, 0)),
    ?T(erlang:module_loaded(?MODULE)), ?T(erlang:module_loaded(nope)), ?T(erlang:module_loaded(id(1))),
        ?T(erlang:module_loaded(erlang)),
    ?T(lists:member(?MODULE, erlang:loaded())), ?T(lists:member(erlang, erlang:loaded())),
        ?T(length(erlang:pre_loaded()) > 10), ?T(lists:member(init, erlang:pre_loaded())),
    ?T(erlang:check_old_code(?MODULE)), ?T(erlang:check_old_code(id(1))), ?T(erlang:delete_module(nope)),
        ?T(erlang:delete_module(id(1))),
    ?T(erlang:check_process_code(self(), ?MODULE)), ?T(erlang:check_process_code(self(), nope)),
    ?T(erlang:finish_loading(id([foo]))), ?T(erlang:finish_loading(id(foo))), ?T(erlang:finish_loading([])),
        ?T(erlang:has_prepared_code_on_load(id(foo))),
    ?T(erlang:call_on_load_function(?MODULE)), ?T(erlang:call_on_load_function(nope)),
        ?T(erlang:finish_after_on_load(nope, true)),
    ?T(lists:sort(?MODULE:module_info(exports))), ?T(?MODULE:module_info(module)),
        ?T([K || {K, _} <- ?MODULE:module_info()]),
    ?T(is_binary(?MODULE:module_info(md5))), ?T([K || {K, _} <- ?MODULE:module_info(attributes)]),
        ?T([K || {K, _} <- ?MODULE:module_info(compile)]),
    ?T(lists:member({codes, 0}, ?MODULE:module_info(functions))), ?T(?MODULE:module_info(nifs)),
        ?T(?MODULE:module_info(native)), ?T(erlang:get_module_info(nope)), ?T(erlang:get_module_info(?MODULE, id(foo))),
        ?T(erlang:get_module_info(id(1))),
    ?T(erlang:load_nif(id(foo), 1)).

%% Loads, replaces and purges a module made here.
compiled(N) -> compiled(N, "").
compiled(N, Extra) ->
    Text = "-module(sys_made). -export([v/0, big/0, f/0, wait/0]).\n v() -> " ++ integer_to_list(N) ++
        ". big() -> {[1,2,3], \"text " ++ integer_to_list(N)
        ++ "\", 123456789012345678901234567890}. f() -> X = self(), fun() -> {X, v()} end. wait() -> receive stop -> "
            "ok end.\n" ++ Extra,
    Forms = forms(Text),
    {ok, _, B} = compile:forms(Forms, []),
    B.
forms(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    split(Tokens, []).
split([], []) -> [];
split([{dot, _} = D | T], A) -> {ok, F} = erl_parse:parse_form(lists:reverse([D | A])), [F | split(T, [])];
split([H | T], A) -> split(T, [H | A]).

modules() ->
    case catch compiled(1) of
        B1 when is_binary(B1) -> modules(B1);
        R -> io:format("no compiler ~p~n", [R])
    end.
modules(B1) ->
    B2 = compiled(2), B3 = compiled(3),
    ?T(erlang:load_module(sys_made, B1)), ?T(sys_made:v()),
    Old = sys_made:big(),
    P = spawn(fun() -> sys_made:wait() end),
    {Q, _} = spawn_monitor(fun() -> sys_made:wait() end),
    F = sys_made:f(),
    ?T(erlang:check_old_code(sys_made)),
    ?T(erlang:load_module(sys_made, B2)), ?T(sys_made:v()), ?T(erlang:check_old_code(sys_made)),
    ?T(erlang:load_module(sys_made, B3)), ?T(sys_made:v()),
    ?T(erlang:check_process_code(Q, sys_made)), ?T(erlang:check_process_code(P, sys_made)),
    ?T(element(2, F())), ?T(Old), ?T(erlang:has_prepared_code_on_load(erlang:prepare_loading(sys_made, B3))),
    ?T(code:soft_purge(sys_made)), P ! stop, Q ! stop, receive {'DOWN', _, _, Q, R} -> io:format("~p~n", [R]) end,
    ?T(is_boolean(erlang:check_process_code(self(), sys_made))),
    ?T(Old), ?T(garbage_collect()), ?T(Old),
    ?T(erlang:load_module(sys_other, B3)), ?T(erlang:load_module(sys_made, <<1, 2, 3>>)),
        ?T(erlang:load_module(sys_made, id(foo))), ?T(erlang:prepare_loading(sys_made, <<"foo">>)),
    P1 = erlang:prepare_loading(sys_made, B1), P2 = erlang:prepare_loading(sys_made, B2),
    ?T(erlang:finish_loading([P1, P2])), ?T(erts_internal:beamfile_chunk(B1, "FooX")),
        ?T(erts_internal:beamfile_chunk(<<1>>, "FooX")), ?T(erts_internal:beamfile_chunk(id(1), "FooX")),
    ?T(erts_internal:beamfile_chunk(B1, id("Foo")) =:= undefined),
        ?T(is_binary(erts_internal:beamfile_chunk(B1, "Code"))), ?T(erts_internal:beamfile_module_md5(<<1>>)),
        ?T(erts_internal:beamfile_module_md5(id(1))),
    ?T(erts_internal:beamfile_module_md5(B1) =:= code:module_md5(B1)),
    ?T(element(1, binary_to_term(erts_internal:beamfile_chunk(B1, "Attr")) =:= [])),
    io:format("~p~n", [{purged, F =:= F, Old}]).

environment() ->
    ?T(os:getenv("NOPE_X")), ?T(os:putenv("AA_X", "c")), ?T(os:getenv("AA_X")), ?T(os:putenv("AA_X", "longer value")),
        ?T(os:getenv("AA_X")), ?T(os:getenv("AA_X", "d")),
    ?T(os:unsetenv("AA_X")), ?T(os:getenv("AA_X")), ?T(os:getenv("AA_X", "d")), ?T(os:unsetenv("AA_X")),
    ?T(os:putenv("A=B", "c")), ?T(os:putenv("a\0", "c")), ?T(os:getenv("a=b")), ?T(os:unsetenv("a=b")),
        ?T(os:unsetenv(id(a))), ?T(os:putenv("AA_X", id(a))), ?T(os:putenv("AA_X", id(<<"x">>))),
        ?T(os:getenv(id(<<"x">>))), ?T(os:getenv(id(foo))),
    ?T(os:putenv("UX", [8364, 229])), ?T(os:getenv("UX")), ?T([V || V = "UX=" ++ _ <- os:getenv()]),
        ?T(is_list(os:getpid())), ?T(element(1, os:type())),
    ?T(prim_file:internal_name2native("abc")), ?T(prim_file:internal_name2native(<<"abc">>)),
        ?T(prim_file:internal_native2name(<<"abc">>)), ?T(prim_file:internal_normalize_utf8(<<"abc">>)),
        ?T(prim_file:is_translatable(<<"a">>)), ?T(file:native_name_encoding()).

nodes_() ->
    %% Not `known`, which depends on the nodes that the machine has met.
    ?T(node()), ?T(nodes()), [?T({K, t(fun() -> nodes(K) end)})
        || K <- [this, foo, [this, hidden], [], connected, visible, [known, foo], 1]],
    ?T(nodes([this], #{})), ?T(nodes(this, #{node_type => true})), ?T(nodes(this, #{connection_id => true})),
        ?T(nodes(this, #{connection_id => false})), ?T(nodes(visible, #{})), ?T(nodes(visible, id(foo))),
        ?T(nodes(this, #{foo => true})),
    ?T(node(self())), ?T(node(make_ref())), ?T(node(id(foo))), ?T(is_alive()).

atomics_() ->
    A = atomics:new(2, []), U = atomics:new(1, [{signed, false}]),
    ?T(maps:without([memory], atomics:info(A))), ?T(maps:without([memory], atomics:info(U))),
    ?T(atomics:new(2, [{signed, foo}])), ?T(atomics:new(id(0), [])), ?T(atomics:new(1, id(foo))),
        ?T(atomics:new(id(a), [])), ?T(atomics:new(1 bsl 80, [])),
    [?T({V, element(1, t(fun() -> {atomics:put(A, 1, V), atomics:get(A, 1)} end)), atomics:get(A, 1)})
        || V <- [0, 1, -1, 1 bsl 62, -(1 bsl 63), (1 bsl 63) - 1, 1 bsl 63, -(1 bsl 63) - 1, a, 1.0]],
    [?T({V, element(1, t(fun() -> {atomics:put(U, 1, V), ok} end)), atomics:get(U, 1)})
        || V <- [0, 1, -1, 1 bsl 63, (1 bsl 64) - 1, 1 bsl 64]],
    [?T({I, element(1, t(fun() -> {atomics:get(A, I), ok} end))}) || I <- [0, 1, 2, 3, -1, a, 1 bsl 70]],
    ?T(atomics:put(A, 1, 10)), ?T(atomics:add_get(A, 1, 5)), ?T(atomics:sub_get(A, 1, 5)), ?T(atomics:sub(A, 1, 1)),
        ?T(atomics:exchange(A, 1, 7)), ?T(atomics:compare_exchange(A, 1, 7, 8)),
        ?T(atomics:compare_exchange(A, 1, 7, 9)),
    [?T({V, element(1, {t(fun() -> atomics:add(A, 1, V) end)}) =:= ok, atomics:get(A, 1)})
        || V <- [1 bsl 63, (1 bsl 64) - 1, 1 bsl 64, -(1 bsl 63), -(1 bsl 63) - 1, a]],
    ?T(atomics:add_get(U, 1, 1)), ?T(atomics:add_get(U, 1, -2)), ?T(element(1, catch atomics:get(id(make_ref()), 1))),
        ?T(element(1, catch atomics:get(id(x), 1))).

counters_() ->
    [begin
        C = counters:new(2, O),
        ?T(maps:get(size, counters:info(C))), ?T(counters:add(C, 1, 5)), ?T(counters:sub(C, 1, 7)),
            ?T(counters:get(C, 1)), ?T(counters:put(C, 2, 9)), ?T(counters:get(C, 2)),
        ?T(element(1, t(fun() -> counters:get(C, 3) end))), ?T(element(1, t(fun() -> counters:add(C, 0, 1) end))),
            ?T(element(1, t(fun() -> counters:put(C, 1, a) end))),
        ?T(counters:add(C, 1, 1 bsl 63)), ?T(counters:get(C, 1))
     end || O <- [[], [atomics], [write_concurrency]]],
    ?T(counters:new(id(0), [])), ?T(counters:new(id(a), [])), ?T(counters:new(1, [foo])), ?T(counters:get(id(a), 1)).

persistent() ->
    #{count := N} = persistent_term:info(),
    ?T(persistent_term:get(pt_x)), ?T(persistent_term:get(pt_x, bar)),
        ?T(persistent_term:put(pt_x, [1, {2}, <<"abc">>, "s"])), ?T(persistent_term:get(pt_x)),
    ?T(maps:get(count, persistent_term:info()) - N), ?T(persistent_term:put(pt_x, [1, {2}, <<"abc">>, "s"])),
        ?T(persistent_term:put({pt, 1, 2.0}, fun lists:map/2)), ?T(persistent_term:get({pt, 1, 2.0})),
    ?T(persistent_term:get({pt, 1, 2})), V = persistent_term:get(pt_x), ?T(persistent_term:put(pt_x, new)), ?T(V),
        ?T(persistent_term:get(pt_x)), ?T(persistent_term:erase(pt_x)), ?T(persistent_term:erase(pt_x)), ?T(V),
    Big = lists:seq(1, 2000),
    [persistent_term:put(pt_big, {I, Big, binary:copy(<<"x">>, 200)}) || I <- lists:seq(1, 300)],
    Held = persistent_term:get(pt_big),
    [persistent_term:put(pt_big, {I, Big}) || I <- lists:seq(1, 300)],
    garbage_collect(),
    ?T({element(1, Held), length(element(2, Held)), byte_size(element(3, Held))}),
    [persistent_term:put({pt_many, I}, I) || I <- lists:seq(1, 500)],
        ?T(lists:sum([persistent_term:get({pt_many, I}) || I <- lists:seq(1, 500)])),
    ?T(length([1 || {{pt_many, _}, _} <- persistent_term:get()])),
        [persistent_term:erase({pt_many, I}) || I <- lists:seq(1, 500)], persistent_term:erase(pt_big),
        persistent_term:erase({pt, 1, 2.0}),
    ?T(maps:get(count, persistent_term:info()) - N).

flags() ->
    ?T(erlang:system_flag(id(foo), 1)), ?T(erlang:system_flag(backtrace_depth, 8)),
        ?T(erlang:system_flag(backtrace_depth, id(a))), ?T(erlang:system_flag(fullsweep_after, 65535)),
    ?T(erlang:system_flag(min_heap_size, 233)), ?T(erlang:system_flag(multi_scheduling, unblock)),
        ?T(erlang:system_flag(trace_control_word, 0)), ?T(erlang:system_flag(id(1), 1)).

infos() ->
    [?T({K, erlang:system_info(K)}) || K <- [wordsize, {wordsize, internal}, {wordsize, external}, machine, heap_type,
        smp_support, threads, multi_scheduling, fullsweep_after, min_heap_size, max_heap_size, port_limit,
        debug_compiled, dynamic_trace, creation, dist_ctrl, message_queue_data, modified_timing_level, time_correction,
            taints, sequential_tracer, cpu_quota, dist_buf_busy_limit, thread_pool_size, multi_scheduling_blockers]],
    [?T(erlang:system_info(id(K))) || K <- [foo, {a, b}, 1, "x", {wordsize, foo}]],
    [?T({K, is_integer(erlang:system_info(K))}) || K <- [schedulers, schedulers_online, atom_count, atom_limit,
        process_count, ets_count, ets_limit, logical_processors, port_count, start_time, end_time]],
    [?T({K, is_list(erlang:system_info(K))}) || K <- [otp_release, version, system_version, system_architecture,
        nif_version, driver_version, garbage_collection, heap_sizes, compile_info]],
    ?T(element(1, erlang:system_info(os_type))), ?T(lists:sublist(erlang:system_info(heap_sizes), 3, 5)),
    [?T({K, erlang:statistics(id(K)) =/= foo}) || K <- [context_switches, garbage_collection, io, reductions,
        exact_reductions, run_queue, runtime, wall_clock, total_run_queue_lengths]], ?T(erlang:statistics(id(foo))),
        ?T(erlang:statistics(id(1))),
    ?T(begin {_, _} = erlang:statistics(reductions), {A, B} = erlang:statistics(wall_clock), is_integer(A + B) end),
    ?T([K || {K, _} <- erlang:memory()]), ?T(erlang:memory(id(foo))), ?T(erlang:memory(id([atom, foo]))),
        ?T(erlang:memory(id(1))), ?T([K || {K, V} <- erlang:memory([atom, total]), V > 0]),
        ?T(erlang:memory(total) > erlang:memory(atom)).

gc() ->
    ?T(garbage_collect()), ?T(garbage_collect(self())), ?T(garbage_collect(id(foo))),
        ?T(erts_internal:garbage_collect(major)), ?T(erts_internal:garbage_collect(minor)),
        ?T(erts_internal:garbage_collect(id(foo))),
    P = spawn(fun() -> receive stop -> ok end end),
    ?T(garbage_collect(P)), ?T(garbage_collect(P, [{async, x}])),
        ?T(receive {garbage_collect, x, R} -> R after 1000 -> timeout end),
    {P2, M2} = spawn_monitor(fun() -> ok end), receive {'DOWN', M2, _, _, _} -> ok end, ?T(garbage_collect(P2)),
        P ! stop,
    L = lists:seq(1, 10000), B = binary:copy(<<"abc">>, 1000),
        ?T({garbage_collect(), length(L), byte_size(B), garbage_collect(), lists:sum(L)}).

misc() ->
    ?T(erlang:system_monitor()), ?T(erlang:system_profile()), ?T(erlang:system_monitor(undefined)),
        ?T(erlang:trace_info(self(), flags)), ?T(erlang:trace_info(self(), tracer)),
        ?T(erlang:trace_info({a, b, 1}, all)), ?T(erlang:trace_info(on_load, all)),
    ?T(begin R = erlang:trace_delivered(all), receive {trace_delivered, all, R} -> ok after 1000 -> timeout end end),
    ?T(erlang:dt_get_tag()), ?T(seq_trace:get_token()), ?T(erlang:bump_reductions(1)),
        ?T(erlang:bump_reductions(id(-1))), ?T(erlang:bump_reductions(id(a))), ?T(erlang:bump_reductions(1 bsl 70)),
    ?T(error_logger:warning_map()), ?T(erts_internal:system_check(schedulers)),
        ?T(erts_internal:is_system_process(self())), ?T(erts_internal:is_system_process(ended())),
        ?T(erts_internal:get_creation()),
    ?T(halt(id(foo))), ?T(halt(id(-1))), ?T(halt(1, id([foo]))), ?T(halt(id(1.0))), ?T(halt(0, id([{flush, x}]))),
        ?T(erlang:halt(id([300 | x]))).

%% The pid of a process that has ended.
ended() ->
    {Pid, Ref} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', Ref, process, Pid, _} -> Pid end.
