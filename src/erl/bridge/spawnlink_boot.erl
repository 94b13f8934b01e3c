%% SPDX-License-Identifier: Apache-2.0
%%
%% Starts OTP as erl does: the first process becomes OTP's own init, which runs a boot script. What OTP's emulator does
%% before that is done here. Started by js/vm/vm.js and the native runner before any other process.
-module(spawnlink_boot).
-export([start/1, started/0]).

%% Arguments: binaries, as erlexec gives them to the emulator: -root R -bindir B -progname P -home H and erl's own. One
%% more is for us: whether the signals of the system are ours, as they are for the command line. These erl handles from
%% its start.
start([<<"-spawnlink_signals">> | Arguments]) ->
    _ = [os:set_signal(Signal, handle) || Signal <- [sigterm, sigusr1, sigquit]],
    start(Arguments);
start(Arguments) ->
    %% OTP's process that gives purged literals to those who still have them. Here it has nothing to do, and says so.
    spawn(erts_literal_area_collector, start, []),
    init:boot(Arguments).

%% Returns once the boot script has run.
started() ->
    case init:notify_when_started(self()) of
        started -> ok;
        _ -> receive {init, started} -> ok end
    end.
