%% SPDX-License-Identifier: Apache-2.0
%%
%% The Erlang side of vm.call(): applies a function in a process of its own and sends the outcome to a JavaScript
%% process. When that process is killed first, it sends nothing, and its exit event tells JavaScript.
-module(spawnlink_js).
-export([call/5]).

call(To, Id, M, F, A) ->
    Outcome =
        try
            {ok, apply(M, F, A)}
        catch
            Class:Reason:Stack0 ->
                Stack = [Entry || Entry <- Stack0, element(1, Entry) =/= ?MODULE],
                {Class, Reason, Stack, loaded(Stack), notes(Class, Reason, Stack)}
        end,
    To ! {spawnlink_reply, Id, Outcome}.

%% Whether the module of the function that failed, or was not found, is loaded.
loaded([{M, _, _, _} | _]) -> erlang:module_loaded(M);
loaded(_) -> true.

%% What OTP knows about the arguments of the function that failed (error_info, since OTP 24): texts such as "argument 1:
%% not an atom". Only used when the module with these texts is loaded, because it is not worth fetching a pack for. The
%% code up to that point calls no other module: there may be no memory to load one.
notes(error, Reason, [{M, _, _, Location} | _] = Stack) ->
    try [Info || {error_info, Info} <- Location] of
        [#{module := Module} = Info | _] -> notes(Module, Info, Reason, Stack);
        [Info | _] -> notes(M, Info, Reason, Stack);
        [] -> []
    catch
        _:_ -> []
    end;
notes(_, _, _) ->
    [].

notes(Module, Info, Reason, Stack) ->
    Function = case Info of #{function := Name} -> Name; _ -> format_error end,
    try erlang:function_exported(Module, Function, 2) andalso Module:Function(Reason, Stack) of
        Notes when is_map(Notes) -> [note(Where, Text) || {Where, Text} <- lists:sort(maps:to_list(Notes))];
        _ -> []
    catch
        _:_ -> []
    end.

note(Argument, Text) when is_integer(Argument) -> ["argument ", integer_to_list(Argument), ": ", Text];
note(_, Text) -> Text.
