%% SPDX-License-Identifier: Apache-2.0
%% Stack traces, entry by entry: functions, arguments, files and lines, error_info. They come from errors of the
%% language, of BIFs, of erlang:error/1,2,3 and of raise/3, through tail and body calls, funs and processes.
-module(trace_test).
-export([main/0, ext_tail/1, ext_body/1, id/1]). % id/1 is exported so that the compiler knows nothing about its value

main() ->
    logger:set_primary_config(level, none),
    [io:format("~p ~0tp~n", [N, show(F)]) || {N, F} <- cases()],
    [io:format("exit ~p ~0tp~n", [N, died(F)]) || {N, F} <- cases()].

show(F) -> try F(), no_error catch C:E:S -> {C, norm(E), norm(upto(S))} end.
died(F) -> {_, M} = spawn_monitor(F), receive {'DOWN', M, _, _, {E, S}} when is_list(S) -> {norm(E), norm(S)};
    {'DOWN', M, _, _, R} -> norm(R) end.
upto(S) -> lists:takewhile(fun({?MODULE, show, _, _}) -> false; (_) -> true end, S).
norm(P) when is_pid(P) -> pid;
norm(P) when is_reference(P) -> ref;
norm(F) when is_function(F) -> {function, element(2, erlang:fun_info(F, arity))};
norm(T) when is_tuple(T) -> list_to_tuple([norm(X) || X <- tuple_to_list(T)]);
norm([H | T]) -> [norm(H) | norm(T)];
norm(X) -> X.

id(X) -> X.
tail(X) -> body(X).
body(X) -> Y = X + id(a), {Y}.
deep(0, X) -> body(X);
deep(N, X) -> {deep(N - 1, X)}.
ping(0, {bif, X}) -> {atom_to_list(X)};
ping(0, {clause, X}) -> clause(X, X);
ping(0, {undef, X}) -> ?MODULE:undefd(X);
ping(0, {error, X}) -> error(x, [X]);
ping(0, X) -> body(X);
ping(N, X) -> [pong(N - 1, X)].
pong(0, X) -> body(X);
pong(N, X) -> [ping(N - 1, X)].
clause(a, 1) -> ok.
ext_tail(X) -> ?MODULE:ext_body(X).
ext_body(X) -> Y = ?MODULE:nosuch(X), {Y}.
with_args(A, B) -> error(my, [A, B]).
with_info(A) -> erlang:error(my, [A], [{error_info, #{cause => c, module => m}}]).
with_none(_) -> erlang:error(my, none, [{error_info, #{}}]).
first_line(X) ->
    Y = id(X),
    Z = id(Y),
    hd(Z).
after_frame(X) ->
    Y = id(X),
    lists:reverse([1 | Y]).
rethrow(F) -> try F() catch C:E:S -> erlang:raise(C, E, S) end.
cleanup(F) -> try F() after id(done) end.
no_clause(F) -> try F() catch throw:never -> x end.
mapper(X) -> lists:map(fun(Y) -> Y + X end, [1, 2, x]).
comprehension(X) -> [Y + X || Y <- [1, a]].

cases() ->
    [{body, fun() -> {body(1)} end},
     {tail, fun() -> tail(1) end},
     {deep, fun() -> deep(20, 1) end},
     {ping, fun() -> ping(20, 1) end}] ++ [{{ping, W}, fun() -> ping(20, {W, 1}) end}
         || W <- [bif, clause, undef, error]] ++ [
     {clause, fun() -> clause(b, id({x, "y"})) end},
     {undef, fun() -> ext_tail(1) end},
     {undef_body, fun() -> {ext_body(1)} end},
     {undef_module, fun() -> {no_module:f(1, [2])} end},
     {args, fun() -> {with_args(1, x)} end},
     {info, fun() -> {with_info(1)} end},
     {none, fun() -> {with_none(1)} end},
     {error1, fun() -> error(simple) end},
     {exit1, fun() -> exit(simple) end},
     {throw1, fun() -> throw(simple) end},
     {hd, fun() -> first_line([]) end},
     {reverse, fun() -> after_frame(b) end},
     {bif_tail, fun() -> atom_to_list(id(1)) end},
     {bif_body, fun() -> {atom_to_list(id(1))} end},
     {bif_guard, fun() -> {tuple_size(id(1))} end},
     {bif_element, fun() -> {element(id(3), {1, 2})} end},
     {bif_length, fun() -> {length(id(x))} end},
     {bif_binary, fun() -> {binary:at(<<1>>, id(5))} end},
     {bif_maps, fun() -> {maps:get(a, id(#{}))} end},
     {bif_maps_bad, fun() -> {maps:get(a, id(x))} end},
     {bif_ets, fun() -> {ets:lookup(id(no_table), 1)} end},
     {bif_apply, fun() -> {apply(erlang, atom_to_list, [1])} end},
     {bif_fun, fun() -> F = fun erlang:atom_to_list/1, {F(1)} end},
     {bif_send, fun() -> id(no_such_process) ! x end},
     {bif_send_bad, fun() -> id(17) ! x end},
     {bif_unregister, fun() -> unregister(id(no_such_name)) end},
     {bif_list_to_atom, fun() -> {list_to_atom([a])} end},
     {bif_i2l, fun() -> {integer_to_list(id(a))} end},
     {bif_spawn, fun() -> {spawn(id(1))} end},
     {arith, fun() -> {id(1) / 0} end},
     {bnot_, fun() -> {bnot id(a)} end},
     {badmatch, fun() -> {ok, X} = id(error), X end},
     {badfun, fun() -> F = id(x), {F(1)} end},
     {badarity, fun() -> F = id(fun() -> 1 end), {F(1)} end},
     {badkey, fun() -> M = id(#{}), M#{a := 1} end},
     {badmap, fun() -> M = id(x), M#{a => 1} end},
     {badrecord, fun() -> case id(1) of X -> is_tuple(X) orelse error({badrecord, X}) end end},
     {casec, fun() -> case id(1) of 2 -> x end end},
     {ifc, fun() -> X = id(1), if X > 1 -> x end end},
     {tryc, fun() -> try id(1) of 2 -> x catch _:_ -> y end end},
     {rethrow, fun() -> rethrow(fun() -> body(1) end) end},
     {cleanup, fun() -> cleanup(fun() -> body(1) end) end},
     {no_clause, fun() -> no_clause(fun() -> body(1) end) end},
     {mapper, fun() -> mapper(1) end},
     {comprehension, fun() -> comprehension(1) end},
     {bin_build, fun() -> X = id(a), {<<X:8>>} end},
     {bin_build2, fun() -> X = id(<<1:1>>), {<<0, X/binary>>} end},
     {bin_build3, fun() -> X = id(-1), {<<0:X>>} end},
     {timeout, fun() -> X = id(a), receive after X -> ok end end},
     {foldl, fun() -> lists:foldl(fun(X, A) -> X + A end, 0, [1, b]) end},
     {keyfind, fun() -> lists:keyfind(a, id(x), []) end},
     {list_nth, fun() -> lists:nth(id(5), [1, 2]) end},
     {raise_list, fun() -> erlang:raise(error, r, [{m, f, 1, []}]) end},
     {raise_bad, fun() -> erlang:raise(bad, r, []) end},
     {float_op, fun() -> X = id(1.0e308), {X * X} end},
     {fun_in_fun, fun() -> (fun() -> (fun() -> {body(1)} end)() end)() end}].
