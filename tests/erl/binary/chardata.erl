%% SPDX-License-Identifier: Apache-2.0
%% unicode:characters_to_binary, characters_to_list and bin_is_7bit: conversions, and the rest when they stop.
-module(chardata).
-export([main/0]).

t(F, A) -> try apply(unicode, F, A) catch C:R -> {C, R} end.

args() ->
    [[<<"abc">>, E] || E <- [utf8, unicode, latin1, utf16, {utf16, big}, {utf16, little}, utf32, foo]] ++
    [[X, latin1] || X <- [<<228, 246>>, [65, [66, 256, 67], 68], [65, [66, [256], 67], 68 | <<3>>],
        [65, [66, [255], 67], 68 | <<3>>], [65, {}], [<<>>, []],
        [<<200>>, 201, [<<202, 203>> | <<204>>]], <<1:3>>, [-1], [1 bsl 70], [16#D800]]] ++
    [[X, utf8] || X <- [<<195, 164>>, <<195, 164, 195>>, <<195, 164, 255, 1>>, [<<195>>, <<164>>], [<<195>> | <<164>>],
        [<<195>>, [<<164>>, 1]], [<<195>>, 65],
        [65, <<195>>, [], <<>>], [65, <<240, 159>>, <<152, 128>>], [65, <<240, 159>>, <<152>>],
            [65, <<240, 159>>, <<152>>, 66], [65, 66, 1234, 16#D800, 67],
        [65, 16#110000, 67], [65, -1], [65, a], a, [65 | 66], [65, [66 | <<67>>] | <<68>>], [65, <<1:9>>],
            [65, [66, [<<195, 164, 255, 254>>, 1], 67], 68 | <<3>>],
        [[[65, <<255>>, 66]]], [65, [66, <<195>>], <<164>>], [65, [66, <<195>>], <<165, 1, 195>>], [<<195>>, a],
            [65, 1 bsl 70], [<<255>>, a], [16#D800 | a],
        [65, [66, 16#FFFE, 16#FFFF]], <<>>, [], [65 | <<195, 164, 195>>], [65, <<195, 164, 195>> | <<1>>],
            <<16#ED, 16#A0, 16#80>>, <<16#ED, 16#A0>>, <<16#ED>>,
        <<16#F4, 16#90>>, <<16#F4, 16#90, 16#80>>, <<16#F4, 16#90, 16#80, 16#80>>, <<16#F5>>, <<16#F8>>, <<16#FF>>,
            <<16#C0>>, <<16#C1, 16#80>>, <<16#E0, 16#80>>,
        <<16#E0, 16#80, 16#80>>, <<16#F0, 16#80>>, <<16#E2, 16#82>>, <<16#E2, 65>>, <<16#E2, 16#82, 65>>,
            <<16#F7, 16#80, 16#80>>, <<16#80>>, <<65, 16#BF>>,
        [<<195>>, <<1:3>>], <<1:3>>, [<<195>>, [[[<<>>]]], <<>>, <<164, 164>>, 7],
            [<<195>>, [[[<<>>]]], <<>>, <<164, 195>>, 7], [<<226, 130>>, <<65, 66>>, 7],
        [65 | <<66, 255, 67>>], [<<195>> | <<66>>], [[65 | <<255>>]], [[65 | <<255>>], 66],
            [<<195>>, [<<>> | <<65>>], 7], [65, <<66>> | <<255, 1>>], [<<195>>, <<66>>],
        [[<<195>>, <<66>>]], [<<195>>, [], -1], [[<<195>>] | <<255>>], [[<<195>>], [[], [-1]]],
            [<<226>>, <<130>>, <<172>>], [<<226>>, <<130>>, <<195>>],
        [<<226>>, [<<130>>, 65], 66], "åäö", [<<"å"/utf8>>, $ä, ["ö"]], lists:seq(120, 140),
            [2047, 2048, 65535, 65536, 16#10FFFF]]].

unaligned(B) -> <<_:3, R/bits>> = <<5:3, B/bits>>, R.

main() ->
    [io:format("~w ~w ~w~n", [A, t(characters_to_binary, A), t(characters_to_list, A)]) || A <- args()],
    [io:format("7bit ~w~n", [t(bin_is_7bit, [X])])
        || X <- [<<"abc">>, <<200>>, a, <<1:3>>, <<>>, [], unaligned(<<"abc">>), unaligned(<<128>>)]],
    [io:format("unaligned ~w~n", [[t(F, [unaligned(X), E]) =:= t(F, [X, E])
        || F <- [characters_to_binary, characters_to_list], E <- [utf8, latin1]]]) ||
        X <- [<<>>, <<"abc">>, <<"åäö€"/utf8>>, <<195>>, <<65, 255, 66>>]],
    Long = binary:copy(<<"aå€𝄞"/utf8>>, 1000),
    io:format("long ~w~n", [[unicode:characters_to_binary(unicode:characters_to_list(Long)) =:= Long,
        length(unicode:characters_to_list(Long)),
        unicode:characters_to_binary([[<<B>>] || <<B>> <= Long]) =:= Long,
            byte_size(unicode:characters_to_binary(Long, latin1)),
        unicode:characters_to_list(unicode:characters_to_binary(Long, utf8, {utf16, little}), {utf16, little}) =:=
            unicode:characters_to_list(Long)]]),
    io:format("other ~w~n", [[unicode:characters_to_binary("åäö", unicode, latin1),
        unicode:characters_to_binary([1234], unicode, latin1),
        unicode:characters_to_binary("aå€", unicode, utf16),
            unicode:characters_to_binary("aå𝄞", unicode, {utf32, little}), string:length(Long),
            string:uppercase(<<"aåö"/utf8>>)]]).
