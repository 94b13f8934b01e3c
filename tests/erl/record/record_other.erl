%% SPDX-License-Identifier: Apache-2.0
%% Native records of another module, for the tests of this room.
-module(record_other).
-export([vector/3, local/2, private/1, counter/0]).
-export_record([vector, quad, empty]).

-record #vector{x = 10, y = 1, z = 5}.
-record #quad{a, b, c, d}.
-record #empty{}.
-record #local{x, y}.
-record #private{f = <<"literal">>}.
-record #state{n = 0}.

vector(X, Y, Z) -> #vector{x = X, y = Y, z = Z}.
local(X, Y) -> #local{x = X, y = Y}.
private(F) -> (#private{})#private{f = F}.

counter() -> spawn_link(fun() -> counter(#state{}) end).
counter(#state{n = N} = S) ->
    receive
        {From, bump} -> From ! {self(), N + 1}, counter(S#state{n = N + 1});
        {From, state} -> From ! {self(), S}, counter(S);
        stop -> ok
    end.
