%% SPDX-License-Identifier: Apache-2.0
%%
%% Patterns that PCRE2 refuses. Until OTP 27 re was built on PCRE, which accepts some of them and has other texts and
%% positions for some errors. This module has those, so that programs see what their release says.
-module(spawnlink_re_error).
-export([again/3, text/4]).

%% Rewrites a pattern that only PCRE accepts into one that PCRE2 accepts: a hyphen between a class and a character is
%% literal; so is a letter after a backslash that is no escape (or none in a class), and \8 and \9 when there are fewer
%% groups; \c may precede any ASCII character. Returns no when the pattern is wrong for both.
again(Code, Offset, Pattern) ->
    case is_pcre2() of
        true -> no;
        false -> rewritten(Code, Offset, Pattern)
    end.

rewritten(150, Offset, Pattern) ->
    case Pattern of
        <<Before:Offset/binary, $-, Rest/binary>> -> <<Before/binary, "\\-", Rest/binary>>;
        _ -> no
    end;
rewritten(103, Offset, Pattern) ->
    Letter = Offset - 1,
    case Pattern of
        <<Before:Letter/binary, $\\, Rest/binary>> -> <<Before/binary, Rest/binary>>;
        _ when Letter > 0 -> rewritten(103, Letter, Pattern);
        _ -> no
    end;
rewritten(107, Offset, Pattern) -> plain(Offset, Pattern);
rewritten(115, Offset, Pattern) -> digits(Offset, Pattern);
rewritten(168, Offset, Pattern) ->
    Escape = Offset - 2,
    case Pattern of
        <<Before:Escape/binary, "\\c", C, Rest/binary>> when C < 128 ->
            <<Before/binary, (iolist_to_binary(io_lib:format("\\x{~.16b}", [C bxor 64])))/binary, Rest/binary>>;
        _ -> no
    end;
rewritten(_, _, _) -> no.

digits(Offset, Pattern) ->
    case Pattern of
        <<_:(Offset - 1)/binary, $\\, Digit, _/binary>> when Digit =:= $8; Digit =:= $9 -> plain(Offset, Pattern);
        <<_:(Offset - 1)/binary, Digit, _/binary>> when Digit >= $0, Digit =< $9 -> digits(Offset - 1, Pattern);
        _ -> no
    end.

%% The pattern without the backslash before Offset.
plain(Offset, Pattern) ->
    Backslash = Offset - 1,
    case Pattern of
        <<Before:Backslash/binary, $\\, Rest/binary>> -> <<Before/binary, Rest/binary>>;
        _ -> no
    end.

%% Converts the code, text and position of PCRE2 into {Text, Place}.
text(Code, Text, Offset, Pattern) ->
    case is_pcre2() of
        true -> {Text, Offset};
        false -> {words(Code, Text, head(Pattern, Offset)), place(Code, Offset, Pattern)}
    end.

head(Pattern, Offset) -> binary:part(Pattern, 0, min(Offset, byte_size(Pattern))).

words(Code, _, _) when Code < 0 -> "invalid UTF-8 string";
words(109, _, _) -> "nothing to repeat";
words(114, _, Head) -> unfinished(lists:reverse(binary_to_list(Head)), 0);
words(118, _, _) -> "missing ) after comment";
words(122, _, _) -> "unmatched parentheses";
words(158, _, _) -> "(?R or (?[+-]digits must be followed by )";
words(134, _, _) -> "character value in \\x{} or \\o{} is too large";
words(137, _, _) -> "PCRE does not support \\L, \\l, \\N{name}, \\U, or \\u";
words(138, _, _) -> "number after (?C is > 255";
words(142, _, Head) ->
    case suffix(Head, <<"(?(R">>) of
        true -> "malformed number or name after (?(";
        false -> "syntax error in subpattern name (missing terminator)"
    end;
words(143, _, _) -> "two named subpatterns have the same name";
words(144, _, _) -> "group name must start with a non-digit";
words(147, _, _) -> "unknown property name after \\P or \\p";
words(148, _, _) -> "subpattern name is too long (maximum 32 characters)";
words(154, _, _) -> "DEFINE group contains more than one branch";
words(162, Text, Head) ->
    case {suffix(Head, <<"(?<">>), suffix(Head, <<"(?(">>)} of
        {true, _} -> "unrecognized character after (?<";
        {_, true} -> "assertion expected after (?( or (?(?C)";
        _ -> Text
    end;
words(178, Text, Head) ->
    case {suffix(Head, <<"x{">>), suffix(Head, <<"o{">>)} of
        {true, _} -> "non-hex character in \\x{} (closing brace missing?)";
        {_, true} -> "non-octal character in \\o{} (closing brace missing?)";
        _ -> Text
    end;
words(168, _, _) -> "\\c must be followed by an ASCII character";
words(193, _, _) -> words(137, "", <<>>);
words(_, Text, _) -> Text.

suffix(Head, End) ->
    byte_size(Head) >= byte_size(End) andalso binary:part(Head, byte_size(Head), -byte_size(End)) =:= End.

%% What is not finished at the end of the pattern, which is read backwards: the options of a group, or just a group.
unfinished("P?(" ++ _, 0) -> "unrecognized character after (?P";
unfinished("C?(" ++ _, 0) -> "closing ) for (?C expected";
unfinished("(?(" ++ _, 0) -> "assertion expected after (?( or (?(?C)";
unfinished("?(" ++ _, _) -> "unrecognized character after (? or (?-";
unfinished([C | Rest], N) when C =:= $-; C =:= $i; C =:= $m; C =:= $s; C =:= $x; C =:= $J; C =:= $U; C =:= $X ->
    unfinished(Rest, N + 1);
unfinished(_, _) -> "missing )".

place(Code, Offset, _) when Code =:= 137; Code =:= 143; Code =:= 147; Code =:= 151; Code =:= 169; Code =:= 193 ->
    Offset - 1;
place(150, Offset, _) -> Offset - 1;
place(115, Offset, Pattern) ->
    case Pattern of
        <<_:Offset/binary, "(", _/binary>> -> past_name(Offset + 1, Pattern) + 1;
        <<_:Offset/binary, "{-", _/binary>> -> past_name(Offset + 2, Pattern);
        _ ->
            case suffix(head(Pattern, Offset), <<"(?(">>) of
                true -> past_name(Offset, Pattern) + 1;
                false -> past_name(Offset, Pattern)
            end
    end;
place(125, Offset, Pattern) -> closing(Offset + 1, 0, Pattern);
place(154, Offset, Pattern) -> closing(closing(Offset + 1, 0, Pattern) + 1, 0, Pattern);
place(_, Offset, _) -> Offset.

%% The position behind a group's name or number.
past_name(Offset, Pattern) ->
    case Pattern of
        <<_:Offset/binary, C, _/binary>> when C =:= $_; C >= $0, C =< $9; C >= $A, C =< $Z; C >= $a, C =< $z ->
            past_name(Offset + 1, Pattern);
        _ -> Offset
    end.

%% The position of the parenthesis that closes the group that opens before Offset.
closing(Offset, Depth, Pattern) ->
    case Pattern of
        <<_:Offset/binary, $\\, _, _/binary>> -> closing(Offset + 2, Depth, Pattern);
        <<_:Offset/binary, $(, _/binary>> -> closing(Offset + 1, Depth + 1, Pattern);
        <<_:Offset/binary, $), _/binary>> when Depth =:= 0 -> Offset;
        <<_:Offset/binary, $), _/binary>> -> closing(Offset + 1, Depth - 1, Pattern);
        <<_:Offset/binary, _, _/binary>> -> closing(Offset + 1, Depth, Pattern);
        _ -> byte_size(Pattern)
    end.

%% Since OTP 28, re is built on PCRE2 itself.
is_pcre2() -> list_to_integer(erlang:system_info(otp_release)) >= 28.
