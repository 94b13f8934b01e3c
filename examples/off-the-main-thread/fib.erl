%% SPDX-License-Identifier: Apache-2.0
%%
%% Computes what takes long, and tells a process of the page meanwhile how far it is.
-module(fib).
-export([fib/1, tell/2]).

fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).

%% The numbers from 1 to N, one message for each. The link ends this process when the page's has ended.
tell(Page, N) ->
    link(Page),
    [Page ! {fib, I, fib(I)} || I <- lists:seq(1, N)],
    Page ! done.
