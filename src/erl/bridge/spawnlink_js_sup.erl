%% SPDX-License-Identifier: Apache-2.0
%%
%% The far end of vm.supervise(): OTP's supervisor, whose children are JavaScript processes. The process Factory, of
%% JavaScript, makes one when it is asked, and links it to the supervisor, which asks.
-module(spawnlink_js_sup).
-behaviour(supervisor).
-export([start/3, init/1, start_child/2]).

%% Name: an atom, or [] for none. Children: specifications as of supervisor:init/1. The supervisor does not end with the
%% process that calls this. A start that fails is an exit with its reason.
start(Name, Flags, Children) ->
    process_flag(trap_exit, true),
    Started =
        case Name of
            [] -> supervisor:start_link(?MODULE, {Flags, Children});
            _ -> supervisor:start_link({local, Name}, ?MODULE, {Flags, Children})
        end,
    case Started of
        {ok, Supervisor} ->
            unlink(Supervisor),
            Supervisor;
        {error, Reason} -> exit(Reason)
    end.

init(Given) -> {ok, Given}.

%% Runs in the supervisor.
start_child(Factory, Child) -> gen_server:call(Factory, {start, self(), Child}, infinity).
