%% SPDX-License-Identifier: Apache-2.0
-module(ring).
-export([start/0, member/1]).

%% Twelve processes in a ring, linked to their neighbours; a token goes
%% round. Kill any of them: the links carry the signal both ways.

start() ->
    First = spawn(?MODULE, member, [self()]),
    Last = build(First, 11),
    First ! {next, Last},
    First ! {token, 1},
    receive {done, N} -> io:format("the token made ~p steps~n", [N]) end,
    receive stop -> ok end.

build(Next, 0) -> Next;
build(Next, N) ->
    Pid = spawn(?MODULE, member, [self()]),
    Pid ! {next, Next},
    build(Pid, N - 1).

member(Owner) ->
    receive {next, Next} -> link(Next), member(Owner, Next) end.

member(Owner, Next) ->
    receive
        {token, 36} -> Owner ! {done, 36};
        {token, N} -> timer:sleep(120), Next ! {token, N + 1}
    end,
    member(Owner, Next).
