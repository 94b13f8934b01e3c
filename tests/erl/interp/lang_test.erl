%% SPDX-License-Identifier: Apache-2.0
%% The language itself: matching, guards, comprehensions, funs, records, maps, bit syntax in loops, deep and tail
%% recursion, receive. Prints one line for each case.
-module(lang_test).
-export([main/0, apply_me/2, ext/1, mutual_a/2, mutual_b/2]).
-record(rec, {a = 1, b, c = [x]}).

main() ->
    [io:format("~p ~0tp~n", [N, try F() catch C:E -> {C, E} end]) || {N, F} <- cases()].

p(X) -> case X of {a, Y} when Y > 3 -> {gt, Y}; {a, Y} -> {le, Y}; [H | T] -> {H, T}; <<A, B/binary>> -> {A, B};
    #{k := V} -> {k, V}; #rec{a = A} -> {rec, A}; 1.5 -> float; "" -> nil; _ when is_atom(X), X =/= foo; X =:= 7 ->
    atom7; _ -> other end.

fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).
deep(0) -> 0;
deep(N) -> 1 + deep(N - 1).
loop(0, A) -> A;
loop(N, A) -> loop(N - 1, A + N).
mutual_a(0, A) -> A;
mutual_a(N, A) -> ?MODULE:mutual_b(N - 1, [a | A]).
mutual_b(0, A) -> A;
mutual_b(N, A) -> mutual_a(N - 1, [b | A]).
ext(X) -> {ext, X}.
apply_me(A, B) -> {applied, A, B}.
sel(X) -> case X of 1 -> one; 2 -> two; 3 -> three; 4 -> four; 5 -> five; 100 -> hundred; 100000 -> big; a -> aa;
    b -> bb; c -> cc; "s" -> str; 1.0 -> f; 1267650600228229401496703205376 -> two100; _ -> none end.
sel2(X) -> case X of foo -> 1; bar -> 2; baz -> 3; qux -> 4; quux -> 5; corge -> 6; grault -> 7; garply -> 8;
    _ -> 0 end.
arity(X) -> case X of {} -> 0; {_} -> 1; {_, _} -> 2; {_, _, _} -> 3; {a, _, _, _} -> a4; {_, _, _, _} -> 4;
    _ -> no end.
guard(X, Y) -> if X < Y, is_integer(X) -> a; X > Y; Y == foo -> b; X =:= Y andalso (is_float(X) orelse is_list(X)) -> c;
    length(X) > 2 -> d; element(1, Y) =:= z -> e; true -> z end.
many(A, B, C, D, E, F, G, H, I, J, K, L) -> {A, B, C, D, E, F, G, H, I, J, K, L}.
float(X, Y) -> X * Y + X / Y - (X - Y) * 2.0 + abs(-X) + float(3).
bits(<<X:3, Y:5, Z:16/little-signed, R/bits>>) -> {X, Y, Z, R};
bits(B) -> {no, bit_size(B)}.
utf(<<C/utf8, R/binary>>) -> [C | utf(R)];
utf(<<>>) -> [].
hex(B) -> << <<(nib(N))>> || <<N:4>> <= B >>.
nib(N) when N < 10 -> $0 + N;
nib(N) -> $a + N - 10.
upd(R) -> R#rec{b = {new, R#rec.a}, c = []}.
counter(N) -> fun(add) -> counter(N + 1); (get) -> N end.
y(F) -> (fun(X) -> X(X) end)(fun(X) -> F(fun(A) -> (X(X))(A) end) end).
collect(0) -> [];
collect(N) -> receive {N, V} -> [V | collect(N - 1)] after 1000 -> timeout end.
try_of(F) -> try F() of {ok, V} -> {value, V}; other -> oth catch throw:T -> {thrown, T}; error:badarith -> arith;
    exit:{r, X} -> {exit, X} after put(after_ran, yes) end.
nested() -> try try throw(a) catch throw:b -> no after put(n1, 1) end catch throw:a -> {got, erase(n1)} end.

cases() ->
    [{{p, X}, fun() -> p(X) end} || X <- [{a, 5}, {a, 1}, {a, 2.5}, [1], [1, 2 | 3], <<1, 2>>, <<>>, #{k => 1},
        #{j => 1}, #rec{}, 1.5, [], foo, bar, 7, 8, {a}, <<1:1>>]] ++
    [{{sel, X}, fun() -> {sel(X), catch sel2(X), arity(X)} end} || X <- [1, 2, 3, 4, 5, 6, 0, -1, 100, 100000, a, b, c,
        d, "s", 1.0, 1 bsl 100, foo, bar, baz, qux, quux, corge, grault, garply, {}, {1}, {1, 2}, {1, 2, 3},
        {a, 2, 3, 4}, {b, 2, 3, 4}, {1, 2, 3, 4, 5}]] ++
    [{{guard, X, Y}, fun() -> guard(X, Y) end} || {X, Y} <- [{1, 2}, {2, 1}, {1.0, 1.0}, {a, foo}, {"abc", "abc"},
        {"abcd", {z}}, {q, {z, 1}}, {1, {y}}, {{}, {}}]] ++
    [{fib, fun() -> fib(22) end},
     {deep, fun() -> deep(1000000) end},
     {loop, fun() -> loop(1000000, 0) end},
     {mutual, fun() -> length(mutual_a(1001, [])) end},
     {many, fun() -> many(1, b, "c", {d}, 5.0, <<6>>, 7, 8, 9, 10, 11, 12) end},
     {apply3, fun() -> {apply(?MODULE, apply_me, [1, 2]), apply(fun apply_me/2, [3, 4]),
         apply(fun ?MODULE:ext/1, [5])} end},
     {apply_var, fun() -> M = ?MODULE, F = ext, {M:F(1), (fun M:F/1)(2)} end},
     {apply_bif, fun() -> F = fun erlang:abs/1, {F(-3), apply(erlang, length, [[1, 2]]),
         erlang:apply(lists, reverse, [[1, 2]])} end},
     {closure, fun() -> A = 1, B = "b", F = fun(X, Y) -> {A, B, X, Y} end, F(2, 3) end},
     {counter, fun() -> C = counter(5), D = C(add), E = D(add), {C(get), D(get), E(get)} end},
     {named_fun, fun() -> F = fun Fact(0) -> 1; Fact(N) -> N * Fact(N - 1) end, F(30) end},
     {ycomb, fun() -> (y(fun(F) -> fun(0) -> 1; (N) -> N * F(N - 1) end end))(10) end},
     {fun_info, fun() -> F = fun(X) -> X end, [erlang:fun_info(F, K) || K <- [arity, module, type]] end},
     {fun_compare, fun() -> {fun erlang:abs/1 =:= fun erlang:abs/1, fun ext/1 == fun ext/1,
         is_function(fun ext/1, 2)} end},
     {lc, fun() -> [{X, Y} || X <- [1, 2, 3], X =/= 2, Y <- [a, b]] end},
     {lc_filter, fun() -> [X || {ok, X} <- [{ok, 1}, error, {ok, 2}]] end},
     {bc, fun() -> << <<(X * 2):16>> || X <- [1, 2, 3], X > 1 >> end},
     {bc_bits, fun() -> << <<X:3>> || <<X:5>> <= <<1, 2, 3, 4, 5>> >> end},
     {lc_bin, fun() -> [X || <<X:4, _:4>> <= <<16#12, 16#34, 16#56>>] end},
     {hex, fun() -> hex(<<0, 1, 16#ab, 16#ff>>) end},
     {bits, fun() -> {bits(<<1, 2, 3, 4>>), bits(<<5:3>>), bits(<<255, 255, 255, 7:3>>)} end},
     {utf, fun() -> utf(<<"aé€😀"/utf8>>) end},
     {utf_bad, fun() -> utf(<<255>>) end},
     {bin_append, fun() -> B = lists:foldl(fun(I, A) -> <<A/binary, I:32>> end, <<>>, lists:seq(1, 1000)),
         {byte_size(B), erlang:md5(B)} end},
     {bin_append_shared, fun() -> A = <<"base">>, B = <<A/binary, 1>>, C = <<B/binary, 2>>, D = <<B/binary, 3>>,
         {A, B, C, D} end},
     {bin_size_expr, fun() -> N = 3, <<H:N/binary, T/binary>> = <<"abcdef">>, {H, T} end},
     {bin_size_self, fun() -> <<N, S:N/binary, R/binary>> = <<2, "abc">>, {N, S, R} end},
     {bin_error, fun() -> X = list_to_atom("x"), <<X:8>> end},
     {records, fun() -> R = #rec{a = 9}, {R, upd(R), R#rec.c, is_record(R, rec), is_record({rec, 1}, rec)} end},
     {record_error, fun() -> X = id({foo}), X#rec.a end},
     {maps, fun() -> M = #{a => 1, "b" => 2}, M2 = M#{a := 3, c => 4}, #{a := A, c := C} = M2,
         {M, M2, A, C, maps:size(M2), M2#{a => 3} =:= M2} end},
     {map_badkey, fun() -> M = id(#{a => 1}), M#{b := 2} end},
     {map_badmap, fun() -> M = id(foo), M#{b => 2} end},
     {map_big, fun() -> M = maps:from_list([{X, X * X} || X <- lists:seq(1, 1000)]),
         {maps:size(M), maps:get(500, M), lists:sum(maps:values(M)), maps:size(maps:remove(3, M)),
         maps:is_key(1001, M)} end},
     {map_guard, fun() -> F = fun(M) when map_size(M) > 1, is_map_key(a, M) -> map_get(a, M); (_) -> no end,
         {F(#{a => 1, b => 2}), F(#{a => 1}), F(x)} end},
     {float, fun() -> {float(1.5, 2.5), 1 / 3, 2 * 3.5, -0.0, 1.0e300 * 1.0e10 > 0} end},
     {float_overflow, fun() -> X = id(1.0e308), X * 10 end},
     {float_zero, fun() -> X = id(0), 1.0 / X end},
     {int_zero, fun() -> X = id(0), 1 div X end},
     {int_rem_zero, fun() -> X = id(0), 1 rem X end},
     {big, fun() -> X = id(1 bsl 70), {X + 1, X * X, X div 3, X rem 7, -X, X bsr 60, X band 255, (X bor 1) bxor X,
         bnot X} end},
     {small_edge, fun() -> X = id(576460752303423487),
         {X + 1, -X - 2, X * 2, X * X, (X + 1) - 1 =:= X, -576460752303423488 - id(1)} end},
     {bsl_neg, fun() -> X = id(-5), {X bsl 3, X bsr 1, X bsr 100, X bsl -1, 1 bsl 64 bsr 64} end},
     {badarith, fun() -> X = id(a), X + 1 end},
     {mixed, fun() -> {1 == 1.0, 1 =:= 1.0, 1 < 1.5, a < "a", {} < [], #{} > {1}, <<>> > [], 1 bsl 100 > 1.0e30} end},
     {receive_order, fun() -> [self() ! {I, I * I} || I <- [1, 3, 2, 4]], collect(4) end},
     {receive_timeout, fun() -> receive never -> x after 10 -> timed_out end end},
     {receive_zero, fun() -> self() ! hello, R = receive X -> X after 0 -> none end,
         S = receive Y -> Y after 0 -> none end, {R, S} end},
     {receive_bad_timeout, fun() -> X = id(foo), receive never -> x after X -> y end end},
     {receive_guard, fun() -> [self() ! I || I <- [1, 2, 3, 4, 5]], A = receive X when X > 3 -> X end,
         B = receive Y when Y rem 2 =:= 0 -> Y end, {A, B, flush()} end},
     {try_ok, fun() -> {try_of(fun() -> {ok, 1} end), erase(after_ran)} end},
     {try_throw, fun() -> {try_of(fun() -> throw(t) end), erase(after_ran)} end},
     {try_error, fun() -> {try_of(fun() -> 1 + id(a) end), erase(after_ran)} end},
     {try_exit, fun() -> try_of(fun() -> exit({r, 5}) end) end},
     {try_clause, fun() -> try_of(fun() -> nomatch end) end},
     {try_uncaught, fun() -> try try_of(fun() -> exit(other) end) catch exit:other -> {outer, get(after_ran)} end end},
     {nested, fun() -> nested() end},
     {catch_values, fun() -> {catch throw(x), catch exit(y), element(1, catch error(z)), catch 5} end},
     {old_catch_stack, fun() -> {'EXIT', {badarith, [{M, _, _, _} | _]}} = (catch 1 + id(b)), M end},
     {badmatch, fun() -> {a, X} = id({b, 1}), X end},
     {case_clause, fun() -> case id(5) of 4 -> x end end},
     {if_clause, fun() -> if (5) == (4) -> x; 3 == 4 -> y end end},
     {function_clause, fun() -> loop_clause(x) end},
     {undef, fun() -> nosuch:function(1, 2) end},
     {undef2, fun() -> lists:nosuch() end},
     {badfun, fun() -> F = id(notfun), F(1) end},
     {badarity, fun() -> F = id(fun(X) -> X end), try F(1, 2) catch error:{badarity, {G, A}} -> {G =:= F, A} end end},
     {raise, fun() -> try erlang:raise(throw, r, []) catch throw:r:S -> S end end},
     {error_args, fun() -> try error(foo, [1, 2]) catch error:foo:S -> element(3, hd(S)) end end},
     {tuples, fun() -> T = {1, 2, 3}, {element(2, T), setelement(2, T, x), tuple_size(T), erlang:append_element(T, 4),
         list_to_tuple("abc")} end},
     {element_bad, fun() -> element(id(5), {1, 2}) end},
     {hd_bad, fun() -> hd(id([])) end},
     {length_bad, fun() -> length(id([1 | 2])) end},
     {andor, fun() -> T = id(true), F = id(false), {T and F, T or F, T xor F, not T, T andalso x, F orelse y} end},
     {and_bad, fun() -> id(foo) and true end},
     {andalso_bad, fun() -> id(foo) andalso true end},
     {strings, fun() -> "abc" ++ [$d | "ef"] -- "bd" end},
     {dict, fun() -> put(k, 1), A = put(k, 2), B = get(k), C = erase(k), {A, B, C, get(k)} end},
     {self_send, fun() -> self() ! a, self() ! b, {flush(), erlang:process_info(self(), message_queue_len)} end},
     {spawn_many, fun() -> Me = self(), Ps = [spawn(fun() -> Me ! {self(), I * I} end) || I <- lists:seq(1, 50)],
         [receive {P, V} -> V end || P <- Ps] end},
     {big_message, fun() -> Me = self(), T = [{I, <<I:32>>, #{I => [I]}} || I <- lists:seq(1, 200)],
         spawn(fun() -> Me ! {r, T} end), receive {r, R} -> R =:= T end end},
     {gc_pressure, fun() -> lists:sum([length(lists:seq(1, N)) || N <- lists:seq(1, 500)]) end},
     {io_lib, fun() -> lists:flatten(io_lib:format("~p ~w ~s ~.3f ~8..0b ~-5w| ~tp ~e",
         [{a, "b"}, "cd", "str", 3.14159, 42, x, [955], 1.5])) end},
     {unicode, fun() -> {unicode:characters_to_binary([955, "é"]), unicode:characters_to_list(<<"λé"/utf8>>),
         string:uppercase("straße")} end}].

id(X) -> X.
flush() -> receive X -> [X | flush()] after 0 -> [] end.
loop_clause(1) -> 1.
