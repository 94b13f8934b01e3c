%% SPDX-License-Identifier: Apache-2.0
%% Modules with on_load functions that are loaded again, in every way; each time once with a refusal.
-module(on_load_again).
-export([main/0]).

main() ->
    #{level := Level} = logger:get_primary_config(),
    logger:set_primary_config(level, none), % refusals are logged
    [io:format("~p: ~0p~n", [Name, told(F)]) || {Name, F} <- cases(beam(again_good, {atom, 1, ok}),
        beam(again_bad, {tuple, 1, [{atom, 1, error}, {atom, 1, no}]}))],
    logger:set_primary_config(level, Level).

told(F) ->
    try F()
    catch Class:Reason -> {Class, Reason}
    end.

beam(Name, Answer) ->
    {ok, Name, Beam} = compile:forms([{attribute, 1, module, Name}, {attribute, 1, export, [{value, 0}]},
        {attribute, 1, on_load, {start, 0}},
        {function, 1, start, 0, [{clause, 1, [], [], [Answer]}]},
            {function, 1, value, 0, [{clause, 1, [], [], [{atom, 1, Name}]}]}]),
    Beam.

cases(Good, Bad) ->
    [
        {refused, fun() -> [code:load_binary(again_bad, "f", Bad) || _ <- [1, 2, 3]] end},
        {refused_undef, fun() -> again_bad:value() end},
        {refused_raw, fun() -> [erlang:load_module(again_bad, Bad) || _ <- [1, 2, 3]] end},
        {refused_gone, fun() -> {erlang:module_loaded(again_bad), code:is_loaded(again_bad)} end},
        {accepted, fun() -> [code:load_binary(again_good, "g", Good) || _ <- [1, 2, 3, 4]] end},
        {accepted_value, fun() -> {again_good:value(), code:is_loaded(again_good)} end},
        {old_code, fun() -> [erlang:check_old_code(again_good), erlang:load_module(again_good, Good),
            code:purge(again_good), erlang:load_module(again_good, Good)] end},
        {by_hand, fun() -> [again_good:value(), erlang:call_on_load_function(again_good),
            erlang:finish_after_on_load(again_good, true), again_good:value()] end},
        {none, fun() -> [told(fun() -> erlang:call_on_load_function(nosuch) end),
            told(fun() -> erlang:finish_after_on_load(nosuch, true) end)] end},
        {server, fun() -> is_process_alive(whereis(code_server)) end}
    ].
