%% SPDX-License-Identifier: Apache-2.0
%%
%% erts_debug:breakpoint/2: while it is set, calls go to the error handler's breakpoint/3. Also erts_debug:size/1, when
%% its argument is a function inside the emulator.
-module(breakpoints).
-export([main/0, breakpoint/3, undefined_function/3, exact/1, pair/2]).

exact(X) -> hidden(X) + 1.
pair(A, B) -> {A, B}.
hidden(X) -> X.

breakpoint(M, F, A) -> {reached, M, F, A}.
undefined_function(M, F, A) -> {undefined, M, F, A}.

main() ->
    lists:module_info(), queue:module_info(),
    [set(X, true) || X <- [{queue, in, 2}, {queue, '_', 1}, {'_', in, 2}, {lists, droplast, 1}, {nomod, '_', '_'},
        {lists, nofun, 1}, {lists, f, -1}, {1, 2, 3}, x, {lists, '_'},
                           {lists, droplast, x}, {?MODULE, nofun, '_'}, {lists, f, 1 bsl 70}, {}, [lists, f, 1]]],
    [set(X, false) || X <- [{queue, '_', '_'}, {lists, droplast, '_'}, {?MODULE, '_', '_'}, {queue, in, 2}]],
    set({?MODULE, exact, 1}, perhaps),
    process_flag(error_handler, ?MODULE),
    set({?MODULE, exact, 1}, true),
    set({?MODULE, exact, 1}, true),
    set({?MODULE, pair, '_'}, true),
    io:format("~p~n", [[?MODULE:exact(1), exact(2), (fun ?MODULE:pair/2)(a, b), apply(id(?MODULE), pair, [1, 2]),
        [exact(X) || X <- [3, 4]], lists:map(fun exact/1, [5])]]),
    set({?MODULE, hidden, 1}, true),
    io:format("~p ~p~n", [hidden(6), exact(7)]),
    set({?MODULE, exact, 1}, false),
    io:format("~p~n", [try exact(8) catch C:R:S -> {C, R, hd(S)} end]),
    io:format("~p~n", [reason(pair, [1, 2])]),
    process_flag(error_handler, error_handler),
    reload(),
    set({?MODULE, '_', '_'}, false),
    io:format("~p ~p~n", [exact(9), reason(pair, [1, 2])]),
    sizes().

set(What, On) ->
    Answer = try erts_debug:breakpoint(What, On) catch C:R:S -> {C, R, [{M, F, A} || {M, F, A, _} <- [hd(S)]]} end,
    io:format("~p ~p: ~p~n", [What, On, Answer]).

id(X) -> X.

%% Another process has the usual error handler, which knows no debugger.
reason(F, A) ->
    {Pid, Ref} = spawn_monitor(fun() -> catch io:format("~p~n",
        [try apply(?MODULE, F, A) catch C:R:S -> {C, R, hd(S)} end]) end),
    receive {'DOWN', Ref, process, Pid, Why} -> Why end.

%% A new version has no breakpoints; the old one keeps its own.
reload() ->
    Name = breakpoints_other,
    Forms = [{attribute, 1, module, Name}, {attribute, 1, export, [{f, 0}, {g, 0}]},
        {function, 2, f, 0, [{clause, 2, [], [], [{atom, 2, first}]}]},
             {function, 3, g, 0, [{clause, 3, [], [],
                 [{'receive', 3, [{clause, 3, [{atom, 3, go}], [], [{call, 3, {atom, 3, f}, []}]}]}]}]}],
    {ok, Name, Beam} = compile:forms(Forms),
    {module, Name} = code:load_binary(Name, "none", Beam),
    set({Name, f, 0}, true),
    To = self(),
    spawn(fun() -> process_flag(error_handler, ?MODULE), To ! {old, Name:g()} end) ! go,
    Old = receive {old, Value} -> Value end,
    {module, Name} = code:load_binary(Name, "none", Beam),
    io:format("~p ~p~n", [Old, Name:f()]),
    code:purge(Name), code:delete(Name), code:purge(Name).

sizes() ->
    Big = maps:from_keys(lists:seq(1, 1000), x),
    Size = erts_debug:size(Big),
    io:format("~p~n", [[erts_debug:size(T) || T <- [[], {}, a, 1, 1 bsl 70, 1.5, {a, {}}, [a, b | c], #{}, #{a => 1},
        #{a => {b, c}, d => []}, "abc", {"ab", "ab"}, [self() | make_ref()]]]]),
    Shared = {lists:seq(1, 10), #{k => v}},
    io:format("~p~n", [[erts_debug:size(T) || T <- [[Shared, Shared], {Shared, [Shared]},
        #{1 => Shared, 2 => Shared}]]]),
    io:format("~p~n", [{Size > 3000, Size < 4000, erts_debug:size({Big, Big}) - Size,
        erts_debug:size([Big, maps:put(more, 1, Big)]) < Size + 100,
                        erts_debug:size(maps:map(fun(_, _) -> Shared end, Big)) - Size - erts_debug:size(Shared)}]),
    io:format("~p~n", [length(erts_internal:map_hashmap_children(Big)) =< 16]),
    io:format("~p~n", [[try erts_internal:map_hashmap_children(T) catch C:R -> {C, R} end
        || T <- [#{}, x, #{a => 1}]]]),
    io:format("~p~n", [[try erts_internal:F(T) catch C:R -> {C, R} end
        || F <- [gather_alloc_histograms, gather_carrier_info], T <- [{}, {no_alloc, 0, 128, 32, make_ref()}]]]),
    Instructions = erts_debug:instructions(),
    io:format("~p~n", [{length(Instructions) > 100, lists:all(fun io_lib:printable_list/1, Instructions),
        length(lists:usort(Instructions)) =:= length(Instructions)}]).
