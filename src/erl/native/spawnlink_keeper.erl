%% SPDX-License-Identifier: Apache-2.0
%%
%% Processes that own a public table for all others, where OTP has native state (spawnlink_zlib, spawnlink_prim_buffer).
%% Such a process is registered under the table's name, is started when the table is first needed, and never ends. When
%% ensure/3 returns, the table exists.
-module(spawnlink_keeper).
-export([ensure/3]).

%% Options are those of ets:new/2, without named_table and public. Loop() is what the process does for ever.
ensure(Name, Options, Loop) ->
    case whereis(Name) of
        undefined ->
            Self = self(),
            {Pid, Ref} = spawn_monitor(fun() -> start(Name, Options, Loop, Self) end),
            receive
                {Pid, ready} -> demonitor(Ref, [flush]);
                {'DOWN', Ref, _, _, _} -> ok % another process was faster
            end;
        _ -> ok
    end.

start(Name, Options, Loop, Parent) ->
    true = register(Name, self()),
    ets:new(Name, [named_table, public | Options]),
    Parent ! {self(), ready},
    Loop().
