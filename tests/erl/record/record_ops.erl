%% SPDX-License-Identifier: Apache-2.0
%% Native records (OTP 29) are made, changed, matched and read; and the errors of these operations.
-module(record_ops).
-export([main/0]).
-export_record([pub, 'Q odd']).

-record #pub{a, b = 2, c = "xyz"}.
-record #priv{z = 1, a = {x, y}, m}.
-record #'Q odd'{'F odd' = 1, true = false}.
-record #empty{}.
-record #one{only}.
-record #big{f1 = 1, f2 = 2, f3 = 3, f4 = 4, f5 = 5, f6 = 6, f7 = 7, f8 = 8, f9 = 9, f10 = 10, f11 = 11, f12 = 12,
             f13 = 13, f14 = 14, f15 = 15, f16 = 16, f17 = 17, f18 = 18, f19 = 19, f20 = 20, f21, f22, f23, f24,
             f25 = <<"b">>, f26 = 1.5, f27 = 1 bsl 70, f28 = -1 bsl 63, f29 = #{a => 1}, f30 = [a | b], f31 = [],
                 f32 = {},
             f33 = 33, f34 = -34, f35 = 1 bsl 58, f36 = 1 bsl 60, f37 = 0, f38 = {[{#{}}]}, f39 = "", f40 = 'é'}.

main() ->
    [io:format("~w: ~0p~n", [N, try F() catch C:R -> {C, R} end]) || {N, F} <- cases()],
    [io:format("trace ~w: ~0p~n", [N, try F() catch C:R:S -> {C, R, hd(S)} end]) || {N, F} <- traces()],
    ok.

cases() ->
    Pub = any(#pub{a = 1}),
    Priv = any(#priv{m = 7}),
    Foreign = records:create(zz, pub, [{c, 3}, {a, 4}], #{is_exported => false}),
    Open = records:create(zz, pub, [{c, 3}, {a, 4}], #{is_exported => true}),
    All = any([Pub, Priv, Foreign, Open, #empty{}, #one{only = x}, #'Q odd'{}, {pub, 1, 2, 3}, #{a => 1}, [], [a], 1,
        1.0, <<"x">>, atom, fun lists:map/2, 1 bsl 80]),
    [
     {make, fun() -> [Pub, Priv, #empty{}, #one{only = []}, #'Q odd'{}, #'Q odd'{'F odd' = x, true = y}] end},
     {order_of_fields, fun() -> #pub{c = 1, a = 2, b = 3} end},
     {nested, fun() -> #one{only = #one{only = #pub{a = Pub}}} end},
     {big, fun() -> #big{f21 = 1, f22 = 2, f23 = 3, f24 = 4} end},
     {big_put, fun() -> (id(#big{f21 = 1, f22 = 2, f23 = 3, f24 = 4}))#big{f40 = 1, f1 = 2, f20 = 3, f27 = 4,
         f36 = 5} end},
     {big_get, fun() -> R = id(#big{f21 = 1, f22 = 2, f23 = 3, f24 = 4}),
         [R#big.f1, R#big.f27, R#big.f28, R#big.f35, R#big.f36, R#big.f38, R#big.f40] end},
     {big_match, fun() -> #big{f3 = A, f40 = B, f21 = C, f36 = D} = id(#big{f21 = 1, f22 = 2, f23 = 3, f24 = 4}),
         {A, B, C, D} end},
     {no_value, fun() -> try #record_ops:pub{} catch error:{novalue, {{M, N}, K}} -> {M, N, K} end end},
     {update, fun() -> [Pub#pub{a = x}, Pub#pub{a = 1, b = 3, c = 4}, Pub#pub{}, Priv#priv{z = z}] end},
     {update_keeps, fun() -> New = Pub#pub{b = new}, {Pub, New, Pub =:= New, Pub#pub.a =:= New#pub.a} end},
     {update_any, fun() -> [X#_{a = new} || X <- [Pub, Priv, Open]] end},
     {update_any_foreign, fun() -> (id(Foreign))#_{a = new} end},
     {update_any_field, fun() -> (id(#empty{}))#_{a = new} end},
     {get, fun() -> [Pub#pub.a, Pub#pub.b, Pub#pub.c, Priv#priv.z, Priv#priv.a, Priv#priv.m] end},
     {get_any, fun() -> [X#_.a || X <- [Pub, Priv, Foreign, Open]] end},
     {get_any_field, fun() -> (id(#empty{}))#_.a end},
     {get_named, fun() -> [(id(X))#pub.a || X <- [Pub, Foreign, Open]] end},
     {get_open, fun() -> [(id(X))#zz:pub.a || X <- [Open]] end},
     {get_foreign, fun() -> (id(Foreign))#zz:pub.a end},
     {get_module, fun() -> Pub#record_ops:pub.b end},
     {get_module_hidden, fun() -> Priv#record_ops:priv.z end},
     {put_module_hidden, fun() -> Priv#record_ops:priv{z = 1} end},
     {put_foreign, fun() -> (id(Foreign))#zz:pub{a = 1} end},
     {put_open, fun() -> (id(Open))#zz:pub{a = 1} end},
     {put_open_field, fun() -> (id(Open))#zz:pub{x = 1} end},
     {make_hidden, fun() -> #record_ops:priv{m = 1} end},
     {make_exported, fun() -> #record_ops:pub{a = 1} end},
     {make_field, fun() -> #record_ops:pub{a = 1, nope = 2} end},
     {make_missing, fun() -> #record_other:none{a = 1} end},
     {make_no_module, fun() -> #no_such_module:none{a = 1} end},
     {get_wrong, fun() -> [try X#pub.a catch error:E -> E end || X <- All] end},
     {put_wrong, fun() -> [try X#pub{a = 1} catch error:E -> E end || X <- All] end},
     {put_any_wrong, fun() -> [try X#_{a = 1} catch error:E -> E end || X <- All] end},
     {get_any_wrong, fun() -> [try X#_.a catch error:E -> E end || X <- All] end},
     {match, fun() -> [match(X) || X <- All] end},
     {match_any, fun() -> [match_any(X) || X <- All] end},
     {match_value, fun() -> [case X of #pub{a = 1, b = 2} -> both; #pub{b = B} -> B;
         #'Q odd'{true = false, 'F odd' = F} -> F; _ -> none end || X <- All] end},
     {match_same, fun() -> [case X of #pub{a = A, b = A} -> same; #pub{} -> differ end
         || X <- [Pub, Pub#pub{b = 1}, Pub#pub{b = 1.0}]] end},
     {match_deep, fun() -> #one{only = #one{only = [_, #pub{c = [C | _]}]}} = id(#one{only = #one{only = [1, Pub]}}),
         C end},
     {match_fails, fun() -> #pub{a = 2} = id(Pub) end},
     {match_other, fun() -> #priv{} = id(Pub) end},
     {match_head, fun() -> head(id(3)) end},
     {match_in_fun, fun() -> [(fun(#pub{a = A}) -> A; (#priv{a = A}) -> {p, A}; (_) -> no end)(X) || X <- All] end},
     {in_comprehension, fun() -> {[A || #pub{a = A} <- All], [K || #_{a = K} <- All]} end},
     {guard, fun() -> [guard(X) || X <- All] end},
     {guard_field, fun() -> [if X#pub.a =:= 1 -> one; X#pub.a > 1 -> more; true -> no end || X <- All] end},
     {guard_any, fun() -> [if X#_.a =:= 1 -> one; true -> no end || X <- All] end},
     {guard_module, fun() -> [if X#zz:pub.a > 1 -> more; X#record_ops:pub.a =:= 1 -> one; true -> no end
         || X <- All] end},
     {is_record_1, fun() -> [erlang:is_record(id(X)) || X <- All] end},
     {is_record_2, fun() -> [erlang:is_record(id(X), id(pub)) || X <- All] end},
     {is_record_3, fun() -> [erlang:is_record(id(X), id(record_ops), id(pub)) || X <- All] end},
     {is_record_size, fun() -> [erlang:is_record(id(X), id(pub), id(4)) || X <- All] end},
     {is_record_bad, fun() -> erlang:is_record(Pub, id(1)) end},
     {is_record_bad3, fun() -> erlang:is_record(Pub, id(1), id(pub)) end},
     {is_record_bad4, fun() -> erlang:is_record(Pub, id(pub), id("pub")) end},
     {is_record_guard, fun() -> [if is_record(X, pub) -> pub; is_record(X, record_ops, priv) -> priv;
         is_record(X) -> other; true -> no end || X <- All] end},
     {tests, fun() -> [[T(Pub) || T <- [fun is_tuple/1, fun is_map/1, fun is_list/1, fun is_atom/1, fun is_binary/1,
         fun is_function/1, fun is_reference/1]], is_record(Pub)] end},
     {no_tuple, fun() -> [try F(Pub) catch error:E -> E end || F <- [fun(X) -> element(1, X) end, fun tuple_size/1,
         fun map_size/1, fun tuple_to_list/1, fun size/1, fun(X) -> setelement(1, X, a) end]] end},
     {evaluation, fun() -> put(order, []), #pub{c = note(c), a = note(a), b = note(b)}, lists:reverse(get(order)) end},
     {try_make, fun() -> [try #record_ops:priv{m = 1} catch _:_ -> caught end,
         try #record_ops:pub{zzz = 1} catch _:_ -> caught end] end},
     {try_put, fun() -> [try X#pub{a = 1} of #pub{a = A} -> A catch _:_ -> caught end || X <- [Pub, Open, 1]] end},
     {many, fun() -> L = [#pub{a = N, b = N * 2} || N <- lists:seq(1, 1000)],
         lists:sum([A + B || #pub{a = A, b = B} <- L]) end},
     {loop, fun() -> #pub{a = A, b = B} = loop(10000, #pub{a = 0, b = 0}), {A, B} end}
    ].

traces() ->
    [{get, fun() -> (id(1))#pub.a end},
     {put, fun() -> (id(1))#pub{a = 1} end},
     {make, fun() -> #no_such_module:none{a = 1} end},
     {field, fun() -> #record_ops:pub{nope = 1} end},
     {is_record, fun() -> erlang:is_record(id(#empty{}), id(1)) end},
     {records_get, fun() -> records:get(id(a), id(#empty{})) end},
     {case_clause, fun() -> case id(#one{only = 1}) of #pub{} -> 1 end end},
     {raised, fun() -> error(#one{only = here}) end},
     {clause, fun() -> head(id(#one{only = 1})) end}].

match(#pub{a = A, c = C}) -> {pub, A, C};
match(#priv{m = M}) -> {priv, M};
match(#zz:pub{c = C}) -> {zz, C};
match(#empty{}) -> empty;
match(#record_ops:one{}) -> one;
match(_) -> none.

match_any(#_{a = A, c = C}) -> {A, C};
match_any(#_{a = A}) -> {A};
match_any(#_{}) -> any;
match_any(_) -> none.

guard(R) when is_record(R, pub), R#pub.a =:= 1 -> first;
guard(R) when is_record(R, record_ops, priv) -> second;
guard(R) when is_record(R) -> third;
guard(_) -> no.

head(#pub{a = A}) -> A.

loop(0, R) -> R;
loop(N, #pub{a = A, b = B} = R) -> loop(N - 1, R#pub{a = A + N, b = B - 1}).

note(X) -> put(order, [X | get(order)]), X.
any(X) -> put(any, X), erase(any). % hides the type from the compiler
id(X) -> X.
