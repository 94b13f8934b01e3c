%% SPDX-License-Identifier: Apache-2.0
%% Malformed patterns: what re says about them, and at which position. Left out is what PCRE2 treats differently from
%% PCRE: \g without a name, (?0) and other recursion that PCRE calls endless, recursion within lookbehind, \N{U+1} with
%% unicode.
-module(re_error_test).
-export([main/0]).

main() ->
    [io:format("~0tp ~0tp~n", [P, shown(re:compile(P, O))]) || {P, O} <- patterns()],
    [io:format("~0tp ~0tp~n", [P, re:run("zAR8B9a9?81a", P)])
     || P <- ["[\\z]", "[\\A]+", "a[\\Z]", "\\8B\\9", "^A\\8", "(a)\\9", "(\\8)", "\\81", [$\\, $c, 127]]].

shown({ok, _}) -> ok;
shown(Error) -> Error.

patterns() ->
    [{P, []} || P <- ["(", ")", "(a", "a)", "[", "[a", "[]", "[^]", "[z-a]", "*", "+a", "a**", "a{2}{3}*", "?", "(?",
        "(?<", "(?<n", "(?<n>", "(?<1a>b)", "(?<n>a)(?<n>b)", "(?P", "(?P<n", "(?P=n)",
                      "(?P>x)", "(?=a", "(?!", "(?<=a*)b", "(?<=a+)b", "(?<!a*)b", "\\", "a\\", "\\1", "(a)\\2",
                          "\\g{x}", "\\g{-1}", "\\k", "\\k<n>", "\\k{n}", "\\x{", "\\x{110000}", "\\x{100}",
                      "\\p", "\\p{", "\\p{Foo}", "\\p{Lu}", "\\c", "\\Q", "\\E", "\\L", "\\U", "\\u", "\\l", "\\N{U+1}",
                          "\\N{name}", "\\o{", "\\o{9}", "\\o", "a{3,2}", "a{99999}", "a{1,99999}", "(?x", "(?z)",
                      "(?i", "(?#", "(?#a", "(?(1)", "(?(1)a|b|c)", "(?(n)a)", "(?(R", "(?(?=a)b|c", "(?(DEFINE)a|b)",
                          "(?(", "(?()a)", "(?R", "(?1)", "(?+1)", "(?-1)", "(?&n)", "(?&", "(?C", "(?C256)", "(?C1)",
                      "(*FOO)", "(*", "(*ACCEPT", "(*PRUNE:", "(*MARK)", "(*LIMIT_MATCH=5)a", "[[:foo:]]", "[[.a.]]",
                          "[[=a=]]", "[:alpha:]", "[\\d-z]", "[a-\\d]", "[\\", "[\\Q", "[a-", "[[:alpha:]-z]", "(?|",
                          "(?>", "(?:", "(?'n'a)",
                      "(?'n", "(?<n>a)\\k'n", "\\C", "(?<=\\C)", "\\K",
                          "(?<a1234567890123456789012345678901234567890>a)", "((((((", "))", "a|*", "(|*)", "(?i)*",
                          "^*", "$+", "\\b*", "(?=a)*", "(?!a){2}", "a{,3}", "a{",
                      "a{1", "a{1,", "\\08", "\\400", "\\777", "[\\400]", "\\x", "\\xg", "(?<n>a)(?<m>b)\\k<o>",
                          "(?P<n>a)(?P=m)", "(?<>a)", "(?<n-m>a)", "(?-", "(?-i", "(?i-", "(?i-s", "(?J)a"]]
    ++ [{P, [unicode]} || P <- ["(", "\\x{110000}", "\\x{d800}", "[\\x{110000}]", "\\p{Foo}", "\\p{Greek}", [1076, $(],
        [1076, $[], "\\o{110000000}"]]
    %% Sequences that PCRE takes for plain characters, with an error behind them.
    ++ [{P, []} || P <- ["[\\z\\C]", "[\\R\\X\\B]", "[a\\Z", "[\\k](", "\\8", "\\81", "(a)\\9)", "(\\9", [$\\, $c, 127],
        [$\\, $c, 1, $(]]]
    ++ [{lists:duplicate(300, $() ++ lists:duplicate(300, $)), []},
        {lists:flatten([["(", "a", ")"] || _ <- lists:seq(1, 300)]), []}].
