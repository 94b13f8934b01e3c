%% SPDX-License-Identifier: Apache-2.0
%%
%% Finds the cases of a suite that use what a single VM without ports does not have. main([Beam, Table]): Table is
%% Erlang text, a list of {Module, Function | '*', Why}. Prints `Function<TAB>Why` for each function of arity 1 that
%% reaches such a call through the suite's own functions.
-module(analyse).
-export([main/1]).

main([Beam, Table]) ->
    {ok, Tokens, _} = erl_scan:string(Table ++ "."),
    {ok, Needs} = erl_parse:parse_term(Tokens),
    {ok, {_, [{abstract_code, {_, Forms}}]}} = beam_lib:chunks(Beam, [abstract_code]),
    Imports = [{{F, A}, M} || {attribute, _, import, {M, Fs}} <- Forms, {F, A} <- Fs],
    Calls = maps:from_list([{{F, A}, calls(Body, Imports)} || {function, _, F, A, Body} <- Forms]),
    [io:format("~ts\t~ts~n", [F, Why]) || {F, 1} <- maps:keys(Calls), Why <- reached([{F, 1}], [], Calls, Needs)],
    halt(0).

reached([Function | Rest], Seen, Calls, Needs) ->
    case lists:member(Function, Seen) orelse maps:find(Function, Calls) of
        {ok, {Local, Remote}} ->
            case [Why || {M, F} <- Remote, {M1, F1, Why} <- Needs, M =:= M1, F1 =:= F orelse F1 =:= '*'] of
                [Why | _] -> [Why];
                [] -> reached(Local ++ Rest, [Function | Seen], Calls, Needs)
            end;
        _ -> reached(Rest, Seen, Calls, Needs)
    end;
reached([], _, _, _) -> [].

%% Returns {[{F, A}] called in this module, [{M, F}] called in others}.
calls(Form, Imports) -> calls([Form], Imports, [], []).

calls([{call, _, {remote, _, {atom, _, M}, {atom, _, F}}, Args} | Rest], Imports, Local, Remote) ->
    calls(Args ++ Rest, Imports, Local, [{M, F} | Remote]);
calls([{call, _, {atom, _, F}, Args} | Rest], Imports, Local, Remote) ->
    Key = {F, length(Args)},
    case lists:keyfind(Key, 1, Imports) of
        {_, M} -> calls(Args ++ Rest, Imports, Local, [{M, F} | Remote]);
        false ->
            Built = case erl_internal:bif(F, length(Args)) of true -> [{erlang, F}]; false -> [] end,
            calls(Args ++ Rest, Imports, [Key | Local], Built ++ Remote)
    end;
calls([{'fun', _, {function, F, A}} | Rest], Imports, Local, Remote) when is_atom(F) ->
    calls(Rest, Imports, [{F, A} | Local], Remote);
calls([Tuple | Rest], Imports, Local, Remote) when is_tuple(Tuple) ->
    calls(tuple_to_list(Tuple) ++ Rest, Imports, Local, Remote);
calls([List | Rest], Imports, Local, Remote) when is_list(List) -> calls(List ++ Rest, Imports, Local, Remote);
calls([_ | Rest], Imports, Local, Remote) -> calls(Rest, Imports, Local, Remote);
calls([], _, Local, Remote) -> {Local, Remote}.
