%% SPDX-License-Identifier: Apache-2.0
%%
%% For our modules that contain native functions of OTP's modules: raises errors as if the function were native.
-module(spawnlink_native).
-export([badarg/4, fail/5, lacking/3, no_library/2, format_error/2]).

-include("seam.hrl").

%% Raises error:Reason in M:F(Arguments), with Info in its entry of the stack trace; the trace goes on with our caller's
%% caller.
fail(Reason, M, F, Arguments, Info) ->
    try error(Reason)
    catch error:_:Stack -> erlang:raise(error, Reason, [{M, F, Arguments, Info} | callers(Stack, Stack)])
    end.

%% Raises error:badarg in M:F(Arguments); the trace goes on with our caller's caller.
badarg(M, F, Arguments, Stack) ->
    erlang:raise(error, badarg, [{M, F, Arguments, [{error_info, #{module => erl_erts_errors}}]} | callers(Stack,
        Stack)]).

%% The stack below the last function of our modules.
callers([{M, _, _, _} | Rest], Best) ->
    case atom_to_list(M) of
        "spawnlink_" ++ _ -> callers(Rest, Rest);
        _ -> callers(Rest, Best)
    end;
callers([], Best) -> Best.

%% Raises the error for a library for which the host has no wasm (js/vm/prepare.js). The last of the 32 operations of
%% each library asks the host for the reason, and the error tells it.
no_library(Name, Operation) ->
    Info = case spawnlink:file(Operation bor ?SERVICE_WHY, 0, <<>>, 0) of
        {_, Why} when is_binary(Why) -> [{error_info, #{cause => Why, module => ?MODULE}}];
        _ -> []
    end,
    error({notsup, Name}, none, Info).

%% Called by OTP's printer of exceptions when the host could not get a file: says which file, from where and for what.
%% The VM gives this information to an undef (src/interp/exception.c), no_library/2 to a library that is missing.
format_error(_, [{_, _, _, Location} | _]) ->
    case lists:keyfind(error_info, 1, Location) of
        {_, #{cause := {{M, F, Arity}, Why}}} ->
            #{reason => io_lib:format("undefined function ~tw:~tw/~w (~ts)", [M, F, Arity, Why])};
        {_, #{cause := Why}} -> #{general => Why};
        _ -> #{}
    end.

%% A native function that is not implemented.
lacking(M, F, Arguments) -> erlang:raise(error, undef, [{M, F, Arguments, []}]).
