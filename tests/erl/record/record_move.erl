%% SPDX-License-Identifier: Apache-2.0
%% Native records that are copied or moved: messages, heaps, tables, persistent terms, collections; and modules that are
%% loaded and purged.
-module(record_move).
-export([main/0, child/1]).

-record #a{x = 1, y = 2}.
-record #b{b = []}.
-record #box{in}.

main() ->
    [io:format("~w: ~0p~n", [N, try F() catch C:R -> {C, R} end]) || {N, F} <- cases()],
    loading(),
    ok.

id(X) -> X.

cases() ->
    [{message, fun() -> echo(#a{x = [1, 2], y = #box{in = <<"bin">>}}) end},
     {many_messages, fun() -> P = spawn_link(fun Loop() -> receive {From, M} -> From ! {self(), M}, Loop() end end),
        [begin R = #a{x = {counter, I}, y = #box{in = lists:seq(1, I rem 50)}}, P ! {self(), R},
            receive {P, R} -> ok end end || I <- lists:seq(1, 500)], done end},
     {arguments, fun() -> spawn_monitor(?MODULE, child, [#a{y = self()}]),
         receive {got, X} -> X =:= #a{y = self()} end end},
     {closed_over, fun() -> R = id(#box{in = [#a{}, #a{x = 2}]}), Me = self(), spawn(fun() -> Me ! {fun_has, R} end),
         receive {fun_has, X} -> X end end},
     {reason, fun() -> {_, Ref} = spawn_monitor(fun() -> exit(#box{in = bye}) end),
         receive {'DOWN', Ref, _, _, X} -> X end end},
     {thrown, fun() -> try throw(#box{in = 1}) catch throw:#box{in = N} -> N end end},
     {dictionary, fun() -> put(#a{}, #box{in = 1}), put(k, #a{x = 9}), {get(#a{}), get(k), erase(#a{})} end},
     {collect, fun() -> L = [#a{x = I, y = [I]} || I <- lists:seq(1, 2000)], erlang:garbage_collect(),
         [erlang:garbage_collect(self(), [{type, T}]) || T <- [minor, major]],
        lists:sum([X + Y || #a{x = X, y = [Y]} <- L]) end},
     {grow, fun() -> #a{x = S, y = #b{b = L}} = add(3000, #a{x = sets:new(), y = #b{}}),
         {lists:sort(sets:to_list(S)) =:= lists:sort(L), length(L)} end},
     {old_heap, fun() -> R = id(#box{in = lists:seq(1, 100)}), [lists:duplicate(1000, I) || I <- lists:seq(1, 200)],
         U = R#box{in = new}, {lists:sum(R#box.in), U} end},
     {hibernated, fun() -> P = spawn(fun() -> put(r, #a{x = kept}), erlang:hibernate(?MODULE, child, [hibernated]) end),
         P ! {self(), get}, receive {got, X} -> X end end},
     {ets_set, fun() -> table(set) end}, {ets_ordered, fun() -> table(ordered_set) end},
         {ets_bag, fun() -> table(duplicate_bag) end},
     {ets_match, fun() -> T = ets:new(t, []), ets:insert(T, [{1, #a{}}, {2, #a{x = 2}}, {3, #box{in = 1}}]),
        {lists:sort(ets:match(T, {'$1', #a{x = 1}})), ets:match(T, {'$1', #a{x = '_'}}), ets:match_object(T, {3, '_'}),
            lists:sort(ets:select(T, [{{'$1', '$2'}, [{is_record, '$2', record_move, a}], ['$1']}])),
         ets:select(T, [{{'$1', '$2'}, [{'==', '$2', {const, #a{x = 2}}}], ['$$']}]),
             lists:sort(ets:select(T, [{{'_', '$1'}, [], [#box{in = '$1'}]}]))} end},
     {ets_bad, fun() -> T = ets:new(t, []), [try ets:select(T, [{{'$1', '$2'}, [G], ['$1']}]) catch error:E -> E end
         || G <- [{is_record, '$2'}, {is_record, '$2', a}, {is_record, '$2', record_move, a},
         {is_record, '$2', 1, a}]] end},
     {ets_update, fun() -> T = ets:new(t, []), ets:insert(T, {k, 1, #a{}}), ets:update_element(T, k, {3, #a{x = new}}),
         {ets:lookup(T, k), ets:lookup_element(T, k, 3)} end},
     {match_spec, fun() -> ets:match_spec_run([{#a{}, 1}, {#box{in = 1}, 2}],
         ets:match_spec_compile([{{'$1', '$2'}, [{'=:=', '$1', {const, #a{}}}], ['$2']}])) end},
     {persistent, fun() -> persistent_term:put(record_key, #box{in = [#a{}, "text"]}),
         persistent_term:put(#a{x = key}, 1), R = {persistent_term:get(record_key), persistent_term:get(#a{x = key})},
        persistent_term:erase(record_key), persistent_term:erase(#a{x = key}), erlang:garbage_collect(), R end},
     {counter, fun() -> P = record_other:counter(), R = [ask(P, bump), ask(P, bump), records:get(n, ask(P, state))],
         P ! stop, R end},
     {literal, fun() -> R = literal(), R2 = literal(), {R, R =:= R2} end},
     {deep, fun() -> R = lists:foldl(fun(_, X) -> #box{in = X} end, bottom, lists:seq(1, 100000)),
         R2 = lists:foldl(fun(_, X) -> #box{in = X} end, bottom, lists:seq(1, 100000)), B = term_to_binary(R),
         {R =:= R2, binary_to_term(B) =:= R, R < #box{in = R}, size(B) div 100000} end},
     {copy, fun() -> R = #box{in = lists:seq(1, 10)}, erts_debug:copy_shared(R) =:= R end}].

literal() -> #box{in = #a{x = "constant"}}.

echo(M) -> P = spawn(fun() -> receive {From, X} -> From ! {self(), X} end end), P ! {self(), M},
    receive {P, X} -> X end.
ask(P, What) -> P ! {self(), What}, receive {P, X} -> X end.

child(hibernated) -> receive {From, get} -> From ! {got, get(r)} end;
child(#a{y = To} = R) -> To ! {got, R}.

add(0, A) -> A;
add(I, #a{x = S, y = #b{b = L} = B} = A) -> add(I - 1, A#a{x = sets:add_element(I, S), y = B#b{b = [I | L]}}).

table(Type) ->
    T = ets:new(t, [Type]),
    [ets:insert(T, {#a{x = I rem 5}, #box{in = I}}) || I <- lists:seq(1, 20)],
    {lists:sort(ets:tab2list(T)), lists:sort(ets:lookup(T, #a{x = 3})), ets:member(T, #a{x = 9}),
        ets:member(T, #a{x = 0})}.

%% --- Modules that are loaded and purged. OTP 29 makes no record of another module that is not loaded.

loading() ->
    Cases = [{make, fun() -> #record_other:vector{y = 99} end},
             {tail, fun() -> tail() end}, {tail_fields, fun() -> tail(777, 888) end},
                 {inside, fun() -> {ok, #record_other:vector{x = 77}} end},
             {frame, fun() -> frame(21, 99) end}, {frames, fun() -> frames(17, 99) end},
                 {many_live, fun() -> live(1, 2, 3, 4, 5, 6, 7, 8) end},
             {field, fun() -> #record_other:vector{a = 1} end}, {none, fun() -> #record_other:bad{} end},
                 {hidden, fun() -> #record_other:local{x = 1} end},
             {no_value, fun() -> try #record_other:quad{} catch error:{novalue, {Id, _}} -> {novalue, Id} end end},
                 {empty, fun() -> #record_other:empty{} end},
             {caught, fun() -> [try #record_other:vector{a = 1} catch _:_ -> caught end] end},
                 {in_try, fun() -> try {#record_other:vector{}, id(1)} of {V, N} -> {N, V} catch _:_ -> caught end end},
             {after_try, fun() -> try #record_other:nothing{} after put(cleaned, true) end end}],
    [begin
         code:purge(record_other), code:delete(record_other), code:purge(record_other),
         Not = code:is_loaded(record_other),
         R = try F() catch C:E -> {C, E} end,
         Then = code:is_loaded(record_other),
         record_other:module_info(module),
         R2 = try F() catch C2:E2 -> {C2, E2} end,
         io:format("loading ~w: ~w ~0p ~w ~0p~n", [N, Not, R, Then, R2])
     end || {N, F} <- Cases],
    Local = record_other:local([1, 2, 3], #a{}),
    Private = record_other:private(1),
    Vector = #record_other:vector{},
    B = term_to_binary([Local, Private, Vector]),
    code:delete(record_other),
    io:format("deleted ~0p ~w~n", [[Local, Private, Vector], binary_to_term(B) =:= [Local, Private, Vector]]),
    io:format("purged ~w ~0p ~w~n", [code:purge(record_other), [Local, Private, Vector],
        binary_to_term(B) =:= [Local, Private, Vector]]),
    io:format("match ~0p~n", [case id(Vector) of #record_other:vector{z = Z, x = X} -> {X, Z} end]),
    erlang:garbage_collect(),
    io:format("collected ~0p ~0p~n", [Local, Vector#record_other:vector{y = changed}]),
    record_other:module_info(module),
    io:format("again ~w~n", [#record_other:vector{} =:= Vector]).

tail() -> #record_other:vector{x = 100}.
tail(X, Y) -> #record_other:vector{x = X, y = Y}.
frame(Y0, Z) -> Y = id(Y0), #record_other:vector{y = Y, z = Z}.
frames(Y0, Z) -> Y = {tuple, id(Y0)}, R = #record_other:vector{y = Y, z = Z}, {id(Z), R, Y}.
live(A, B, C, D, E, F, G, H) -> {A, B, #record_other:vector{x = C, y = {D, E}}, F, G, H}.
