%% SPDX-License-Identifier: Apache-2.0
%% BIFs on lists, tuples and atoms with random arguments; long lists, whose BIFs work in portions.
-module(term_lists).
-export([main/0]).

main() ->
    term_gen:seed(55),
    [io:format("subtract ~w~n", [subtract(A, B)]) || A <- [0, 1, 5, 20, 100], B <- [0, 1, 5, 15, 16, 17, 100]],
    [io:format("keys ~w~n", [keys()]) || _ <- lists:seq(1, 40)],
    [io:format("member ~w~n", [member()]) || _ <- lists:seq(1, 40)],
    [io:format("tuple ~w~n", [tuples(N)]) || N <- [0, 1, 2, 7, 100]],
    [io:format("atom ~w~n", [atom(N)]) || N <- [0, 1, 2, 3, 100, 127, 128, 254, 255]],
    io:format("long ~w~n", [long(100000)]),
    io:format("names ~p~n", [names()]).

subtract(A, B) ->
    X = [term_gen:pick({1, 2, 3, 1.0, a, "x", {y}, 1 bsl 70}) || _ <- lists:seq(1, A)],
    Y = [term_gen:pick({1, 2, 1.0, a, "x", {y}, 1 bsl 70, z}) || _ <- lists:seq(1, B)],
    {X -- Y, length(X ++ Y), lists:reverse(X, Y) =:= lists:reverse(X) ++ Y,
        (X ++ Y) -- Y =:= lists:subtract(X ++ Y, Y)}.

keys() ->
    L = [term_gen:pick({{a, 1}, {1, b}, {1.0, c}, {c}, x, {}, {"k", v}, {2, 2, 2}, {1 bsl 65, d}})
        || _ <- lists:seq(1, 12)],
    K = term_gen:pick({a, 1, 1.0, c, "k", 2, 1 bsl 65, v}),
    N = term_gen:below(3) + 1,
    {lists:keyfind(K, N, L), lists:keymember(K, N, L), lists:keysearch(K, N, L), lists:keydelete(K, N, L),
        lists:keytake(K, N, L)}.

member() ->
    L = term_gen:list(1, 6),
    T = term_gen:pick([term_gen:term(1) | L]),
    C = binary_to_term(term_to_binary(T)),
    {lists:member(T, L), lists:member(C, L), lists:member({C}, L), length(L), lists:delete(C, L) =:= L -- [T]}.

tuples(N) ->
    T = list_to_tuple(lists:seq(1, N)),
    I = max(1, N div 2),
    {tuple_size(T), erlang:append_element(T, x), erlang:insert_element(I, T, x), erlang:insert_element(N + 1, T, x),
     [{setelement(I, T, y), element(I, T), erlang:delete_element(I, T), erlang:delete_element(N, T)} || N > 0],
     erlang:make_tuple(N, v), [erlang:make_tuple(N, v, [{1, a}, {N, b}]) || N > 0],
         tuple_to_list(T) =:= lists:seq(1, N)}.

atom(N) ->
    S = [term_gen:pick("abcXYZ_@ 09" ++ [233, 955, 26085, 128512]) || _ <- lists:seq(1, N)],
    A = list_to_atom(S),
    B = atom_to_binary(A, utf8),
    {atom_to_list(A) =:= S, byte_size(B), binary_to_atom(B, utf8) =:= A, binary_to_existing_atom(B, unicode) =:= A,
        list_to_existing_atom(S) =:= A,
     try byte_size(atom_to_binary(A, latin1)) catch error:R -> R end, erlang:phash2(A)}.

long(N) ->
    L = lists:seq(1, N),
    R = lists:reverse(L),
    {length(L ++ R), hd(R), lists:reverse(R) =:= L, lists:member(N, L), lists:member(N + 1, L),
        lists:keyfind(N, 1, [{X} || X <- L]), length(L -- R), erlang:phash2(L),
     tuple_size(list_to_tuple(L)), length(tuple_to_list(list_to_tuple(L))), byte_size(term_to_binary(L)),
         L =:= binary_to_term(term_to_binary(L))}.

names() ->
    [pid_to_list(list_to_pid("<0.77.2>")), ref_to_list(list_to_ref("#Ref<0.9.1.7>")),
        port_to_list(list_to_port("#Port<0.3>")), erlang:fun_to_list(fun lists:'A b'/3),
     erlang:fun_to_list(fun lists:map/2), is_reference(make_ref()), make_ref() =/= make_ref(),
         (fun(R) -> list_to_ref(ref_to_list(R)) =:= R end)(make_ref()),
     list_to_pid(pid_to_list(self())) =:= self(), (fun() -> A = make_ref(), B = make_ref(), A < B end)()].
