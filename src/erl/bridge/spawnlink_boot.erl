%% SPDX-License-Identifier: Apache-2.0
%%
%% Starts OTP as erl does: the first process becomes OTP's own init, which runs a boot script. This module first does
%% what OTP's emulator does before that. js/vm/vm.js and the native runner start it before any other process.
-module(spawnlink_boot).
-export([start/1, started/0]).

%% The arguments are binaries, as erlexec gives them to the emulator: -root R -bindir B -progname P -home H and erl's
%% own. A first argument -spawnlink_signals is for this function: the VM receives the signals of the operating system,
%% as on the command line, and handles these three from its start, as erl does.
start([<<"-spawnlink_signals">> | Arguments]) ->
    _ = [os:set_signal(Signal, handle) || Signal <- [sigterm, sigusr1, sigquit]],
    start(Arguments);
start(Arguments) ->
    %% The process with which OTP gives purged literals to processes that still use them. Here it has nothing to do, but
    %% it exists.
    spawn(erts_literal_area_collector, start, []),
    init:boot(Arguments).

%% Returns when the boot script has run.
started() ->
    case init:notify_when_started(self()) of
        started -> ok;
        _ -> receive {init, started} -> ok end
    end.
