%% SPDX-License-Identifier: Apache-2.0
%%
%% For the modules of ours that have native functions of OTP's: errors as if the function were native.
-module(spawnlink_native).
-export([badarg/4, fail/5, lacking/3, no_library/2, format_error/2]).

-include("seam.hrl").

%% error:Reason raised by M:F(Arguments), with Info in its entry of the trace, called by who called us.
fail(Reason, M, F, Arguments, Info) ->
    try error(Reason)
    catch error:_:Stack -> erlang:raise(error, Reason, [{M, F, Arguments, Info} | callers(Stack, Stack)])
    end.

%% error:badarg raised by M:F(Arguments), called by who called us.
badarg(M, F, Arguments, Stack) ->
    erlang:raise(error, badarg, [{M, F, Arguments, [{error_info, #{module => erl_erts_errors}}]} | callers(Stack,
        Stack)]).

%% What stands below the last function of ours.
callers([{M, _, _, _} | Rest], Best) ->
    case atom_to_list(M) of
        "spawnlink_" ++ _ -> callers(Rest, Rest);
        _ -> callers(Rest, Best)
    end;
callers([], Best) -> Best.

%% A library of which the host has no wasm (js/vm/prepare.js). If it can say why, that is said with the error: the last
%% operation of each library's 32 asks it.
no_library(Name, Operation) ->
    Info = case spawnlink:file(Operation bor ?SERVICE_WHY, 0, <<>>, 0) of
        {_, Why} when is_binary(Why) -> [{error_info, #{cause => Why, module => ?MODULE}}];
        _ -> []
    end,
    error({notsup, Name}, none, Info).

%% For OTP's printer of exceptions, where the host could not get a file: which, from where, for what. An undef gets it
%% from the VM (src/interp/exception.c), a library that is lacking from no_library/2.
format_error(_, [{_, _, _, Location} | _]) ->
    case lists:keyfind(error_info, 1, Location) of
        {_, #{cause := {{M, F, Arity}, Why}}} ->
            #{reason => io_lib:format("undefined function ~tw:~tw/~w (~ts)", [M, F, Arity, Why])};
        {_, #{cause := Why}} -> #{general => Why};
        _ -> #{}
    end.

%% A native function that nobody has written.
lacking(M, F, Arguments) -> erlang:raise(error, undef, [{M, F, Arguments, []}]).
