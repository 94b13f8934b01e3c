%% SPDX-License-Identifier: Apache-2.0
%% erts_debug:unaligned_bitstring/2 of OTP 28 and later: the bits stay the same.
-module(unaligned).
-export([main/0]).

main() ->
    [io:format("~p ~p: ~p~n", [Bits, Offset, try erts_debug:unaligned_bitstring(Bits, Offset) catch C:R -> {C, R} end])
     || Bits <- [<<>>, <<1, 2, 3>>, <<5:3>>, <<1, 2, 3:4>>, nope], Offset <- [0, 1, 3, 7, 8, -1, 1.0]].
