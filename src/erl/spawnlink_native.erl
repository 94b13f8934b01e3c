%% SPDX-License-Identifier: Apache-2.0
%%
%% For the modules of ours that have native functions of OTP's: errors as if the function were native.
-module(spawnlink_native).
-export([badarg/4, fail/5, lacking/3]).

%% error:Reason raised by M:F(Arguments), with Info in its entry of the trace, called by who called us.
fail(Reason, M, F, Arguments, Info) ->
    try error(Reason)
    catch error:_:Stack -> erlang:raise(error, Reason, [{M, F, Arguments, Info} | callers(Stack, Stack)])
    end.

%% error:badarg raised by M:F(Arguments), called by who called us.
badarg(M, F, Arguments, Stack) ->
    erlang:raise(error, badarg, [{M, F, Arguments, [{error_info, #{module => erl_erts_errors}}]} | callers(Stack, Stack)]).

%% What stands below the last function of ours.
callers([{M, _, _, _} | Rest], Best) ->
    case atom_to_list(M) of
        "spawnlink_" ++ _ -> callers(Rest, Rest);
        _ -> callers(Rest, Best)
    end;
callers([], Best) -> Best.

%% A native function that nobody has written.
lacking(M, F, Arguments) -> erlang:raise(error, undef, [{M, F, Arguments, []}]).
