%% SPDX-License-Identifier: Apache-2.0
%%
%% Processes that keep a public table for all, where OTP has native state (spawnlink_zlib, spawnlink_prim_buffer):
%% registered by the table's name, started when first asked for, never ended. The table is there when ensure/3 returns.
-module(spawnlink_keeper).
-export([ensure/3]).

%% Options: of ets:new/2, beside named_table and public. Loop(): what the process does for ever.
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
