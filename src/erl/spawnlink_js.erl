%% SPDX-License-Identifier: Apache-2.0
%%
%% The far end of vm.call(): applies a function in a process of its own and sends the outcome to a
%% JavaScript process. A process that is killed first sends nothing; its exit event tells.
-module(spawnlink_js).
-export([call/5]).

call(To, Id, M, F, A) ->
    Outcome =
        try
            {ok, apply(M, F, A)}
        catch
            Class:Reason:Stack -> {Class, Reason, [Entry || Entry <- Stack, element(1, Entry) =/= ?MODULE]}
        end,
    To ! {spawnlink_reply, Id, Outcome}.
