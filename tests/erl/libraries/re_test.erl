%% SPDX-License-Identifier: Apache-2.0
%% The module re: patterns, subjects and options in all combinations, captures, split and replace, compiled patterns as
%% terms.
-module(re_test).
-export([main/0]).

main() ->
    products(),
    captures(),
    bytes(),
    classes(),
    newlines(),
    splits(),
    replaces(),
    terms(),
    limits(),
    portions(),
    pauses(),
    users().

%% Prints one line for each call. The last element of a compiled pattern is not shown, because it depends on the
%% machine.
p(Label, Fun) -> io:format("~0tp ~0tp~n", [Label, outcome(Fun)]).

%% The same, with characters as numbers.
q(Label, Fun) -> io:format("~0tp ~w~n", [Label, outcome(Fun)]).

outcome(Fun) ->
    try shown(Fun())
    catch Class:Reason:Stack ->
        {M, F, A, _} = hd(Stack),
        {Class, Reason, {M, F, arity(A)}}
    end.

arity(N) when is_integer(N) -> N;
arity(List) -> {arguments, length(List)}.

shown({ok, {re_pattern, C, U, N, _}}) -> {compiled, C, U, N};
shown(X) -> X.

%% Long searches in several processes at once, some of which are killed meanwhile.
pauses() ->
    Slow = fun(N, Tail, Pattern, Options) ->
        fun() -> re:run([lists:duplicate(N, $a), Tail], Pattern, [report_errors | Options]) end
    end,
    Long = binary:copy(<<"abcd efgh ">>, 20000),
    Utf8 = binary:copy(<<"ab\x{e9}\x{20ac}">>, 30000),
    Searches =
        [Slow(N, "b", "(a+)+$", []) || N <- lists:seq(8, 17)] ++
        [Slow(16, "b", "((a+)(a*)|b)+c$", []), Slow(16, "bc", "(a|aa)+(b)c", [{capture, all, list}]),
         Slow(200, "x", "^(a*)*x\\1?$", []), Slow(9, "b", "(?:(a+)(?=a)|a)+b\\1", []), Slow(30, "b", "(?>(a+))+b", []),
         Slow(60, "", "a*a*a*b?$", []), Slow(30, "b", "(a(?1)?)$|b", []), Slow(12, "b", "(a+)*+x|(a+)+b", [])] ++
        [fun() -> re:run(Long, P, O) end || P <- ["(\\w+ )*x?", "h .$", "[x-z]", "(?i)Z", ".*efgi", "^.*(c).*(g) $",
            "(?:.*+x|.*+y)"],
                                            O <- [[], [unicode], [multiline]]] ++
        [fun() -> re:run(Utf8, P, [unicode, {capture, all, index}]) end
            || P <- ["[^a-c\\x{e9}]b$", "\\x{20ac}$", "b[x-z]"]] ++
        [fun() -> re:run(<<Utf8/binary, 255>>, "b", [unicode]) end,
         fun() -> erlang:phash2(re:run(Long, "\\b|e", [global])) end,
         fun() -> erlang:phash2(re:run(Utf8, "b?", [global, unicode, {capture, all, binary}])) end,
         fun() -> erlang:md5(re:replace(Long, "(f)(g)", "<\\2\\1&>", [global, {return, binary}])) end],
    Doomed = [spawn(Slow(60, "b", "(a+)+(a+)+$", [])) || _ <- lists:seq(1, 5)],
    Self = self(),
    Pids = [spawn_link(fun() -> Self ! {self(), outcome(Search)} end) || Search <- Searches],
    [exit(Pid, kill) || Pid <- Doomed],
    [receive {Pid, Outcome} -> io:format("pauses ~0p~n", [Outcome]) end || Pid <- Pids].

products() ->
    Patterns = ["abc", "a.c", "^a", "a$", "(a)(b)?c", "(?<X>a)|(?<Y>b)", "[[:alpha:]]+", "\\d+", "\\w+\\s*",
        "(a|ab)(c|bcd)(d*)", "a*", "(?i)ABC", "x?",
                "\\bfoo\\b", "(?=a)a", "(?<!b)a", "(a+)\\1", "\\Qa.b\\E", "a{2,3}?", "(?:ab)+", "(?>a+)b", "\\R", "^$",
                    "", "\\h\\v", "[^\\n]+", "(?s).+", "(?m)^.+$",
                "(?x) a b # comment", "\\x{61}", "((a)|b)*", "\\K", "a\\Kb", "(?|(a)|(b))", "(?(1)a|b)", "\\Aa", "a\\z",
                    "a\\Z", "\\G\\w", "[\\w-.]+", "[[:alpha:]-z]", "\\j\\y"],
    Subjects = ["", "abc", "aab abc", "foo bar\nabc\r\naa", "ABC abc", "abcd12", "a.b", "b\n", "aaaa"],
    Options = [[], [caseless], [multiline], [dotall], [anchored], [dollar_endonly], [ungreedy], [extended], [firstline],
        [no_auto_capture], [notempty],
               [notempty_atstart], [notbol, noteol], [global], [global, {capture, first, list}], [{offset, 1}],
                   [unicode], [unicode, ucp, global],
               [no_start_optimize], [{capture, all_but_first, binary}], [dupnames, {capture, all_names, list}],
                   [{newline, anycrlf}, multiline, global]],
    [io:format("~0tp ~0tp ~0tp~n", [P, O, [outcome(fun() -> re:run(S, P, O) end) || S <- Subjects,
        S =/= "" orelse O =/= [{offset, 1}]]]) || P <- Patterns, O <- Options].

captures() ->
    S = "ABCabcdABC",
    P = "((?<A>a)|(?<Z>z))(?<B>bc(d)?)(?<C>x)?",
    Specs = [all, first, all_but_first, none, all_names, [], [0], [1, 2], [2, 'A'], ['Z'], ["B", <<"C">>], [nosuch],
        [17], [-1], [-7], foo, [foo | bar], [{a}], [1.5],
             [1, "B", 'A', 0], "A", <<"A">>],
    [p({capture, Spec, Type}, fun() -> re:run(S, P, [{capture, Spec, Type}]) end) || Spec <- Specs,
        Type <- [index, list, binary, foo]],
    [p({capture_global, Spec, Type}, fun() -> re:run(S ++ S, P, [global, {capture, Spec, Type}]) end)
     || Spec <- [all, first, all_but_first, none, [], [2, 'A'], ["B"], foo], Type <- [index, list, binary]],
    Dup = "(?<N>a)|(?<N>b)(?<M>c)?",
    [p({dup, Text, Spec}, fun() -> re:run(Text, Dup, [dupnames, {capture, Spec, list}]) end)
        || Text <- ["a", "b", "bc"], Spec <- [all_names, ['N'], ['M', 'N'], ["N", 0]]],
    p(unicode_list, fun() -> re:run([1076, 1077, $a, 1078], "a(.)", [unicode, {capture, all, list}]) end),
    p(unicode_binary, fun() -> re:run(<<"дaж"/utf8>>, "a(.)", [unicode, {capture, all, binary}]) end),
    p(unicode_index, fun() -> re:run(<<"дaж"/utf8>>, "a(.)", [unicode]) end),
    p(unicode_global, fun() -> re:run(<<"дaжaз"/utf8>>, "a(.)", [unicode, global, {capture, all_but_first, list}]) end),
    p(unicode_empty, fun() -> re:run(<<"дж"/utf8>>, "", [unicode, global]) end),
    p(unicode_improper, fun() -> re:run([<<"д"/utf8>>, [1078 | <<"x">>]], [1078, $x], [unicode]) end).

bytes() ->
    p(bad_subject, fun() -> re:run(atom, "a") end),
    p(bad_subject_list, fun() -> re:run([300], "a") end),
    p(bad_pattern, fun() -> re:run("a", atom) end),
    p(bad_pattern_bits, fun() -> re:run("a", <<1:3>>) end),
    p(bad_options, fun() -> re:run("a", "a", [foo]) end),
    p(improper_options, fun() -> re:run("a", "a", [global | x]) end),
    p(no_list, fun() -> re:run("a", "a", global) end),
    p(bad_offset, fun() -> re:run("a", "a", [{offset, -1}]) end),
    p(bad_newline, fun() -> re:run("a", "a", [{newline, foo}]) end),
    p(bad_limit, fun() -> re:run("a", "a", [{match_limit, x}]) end),
    p(compile_run_option, fun() -> re:compile("a", [global]) end),
    p(compile_bad, fun() -> re:compile(a, []) end),
    p(compile_bad1, fun() -> re:compile(a) end),
    p(compile_iolist, fun() -> re:compile(["a", <<"(b)">>, $c]) end),
    p(compile_latin1, fun() -> re:compile([229]) end),
    p(compile_not_latin1, fun() -> re:compile([1076]) end),
    p(compile_unicode, fun() -> re:compile([1076, $(, $)], [unicode]) end),
    p(compile_bad_utf8, fun() -> re:compile(<<255>>, [unicode]) end),
    p(subject_bad_utf8, fun() -> re:run(<<255>>, "a", [unicode]) end),
    p(subject_bad_utf8_compiled, fun() -> {ok, R} = re:compile("a", [unicode]), re:run(<<255, 97>>, R) end),
    p(offset_in_character, fun() -> {ok, R} = re:compile("a", [unicode]), re:run(<<"дa"/utf8>>, R, [{offset, 1}]) end),
    p(bits, fun() -> <<_:3, B/bitstring>> = <<0:3, "xaby">>, re:run(B, "a(b)", [{capture, all, binary}]) end),
    p(compiled_and_compile_option, fun() -> {ok, R} = re:compile("a"), re:run("a", R, [caseless]) end),
    p(not_a_pattern, fun() -> re:run("a", {re_pattern, 0, 0, 0, x}) end),
    p(not_a_pattern, fun() -> re:run("a", {re_pattern, 0, 0, 0, <<1, 2>>}) end),
    p(inspect, fun() -> {ok, R} = re:compile("(?<B>a)(?<A>b)"), re:inspect(R, namelist) end),
    p(inspect_none, fun() -> {ok, R} = re:compile("a"), re:inspect(R, namelist) end),
    p(inspect_dup, fun() -> {ok, R} = re:compile("(?<B>a)|(?<B>b)", [dupnames]), re:inspect(R, namelist) end),
    p(inspect_bad, fun() -> {ok, R} = re:compile("a"), element(1, {re:inspect(R, foo), R}) end),
    p(inspect_bad, fun() -> re:inspect("a", namelist) end),
    p(inspect_bad, fun() -> re:inspect({re_pattern, 0, 0, 0, <<"xyz">>}, namelist) end),
    p(improper_options, fun() -> re:compile(".*", [a|b]) end),
    p(never_utf, fun() -> element(1, re:compile("(*UTF8)a", [never_utf])) end),
    p(internal, fun() -> re:internal_run("aab", "b", [{capture, all, list}], false) end),
    p(internal_bad, fun() -> re:internal_run("aab", "b", [], foo) end),
    p(version, fun() -> is_binary(re:version()) end).

%% Bytes are characters of ISO 8859-1.
classes() ->
    Names = ["\\w", "\\d", "\\s", "\\h", "\\v", "[[:alpha:]]", "[[:lower:]]", "[[:upper:]]", "[[:alnum:]]",
        "[[:punct:]]", "[[:print:]]", "[[:graph:]]", "[[:cntrl:]]", "[[:space:]]",
             "[[:blank:]]", "[[:xdigit:]]", "[[:word:]]", "[[:ascii:]]", "\\N", "\\R"],
    [q(N, fun() -> [C || C <- lists:seq(0, 255), re:run([C], N, [{capture, none}]) =:= match] end) || N <- Names],
    [q({unicode, N}, fun() -> [C || C <- lists:seq(0, 255), re:run([C], N, [unicode, {capture, none}]) =:= match] end)
        || N <- Names],
    [q({ucp, N}, fun() -> [C || C <- lists:seq(0, 1100), re:run([C], N, [unicode, ucp, {capture, none}]) =:= match] end)
     || N <- ["\\w", "\\d", "[[:alpha:]]", "\\p{Lu}", "\\p{Cyrillic}", "\\X"]],
    q(caseless, fun() -> [{A, B} || A <- lists:seq(192, 255), B <- lists:seq(192, 255), A =/= B,
        re:run([A], [B], [caseless, {capture, none}]) =:= match] end),
    q(caseless_utf, fun() -> [{A, B} || A <- lists:seq(1040, 1060), B <- lists:seq(1072, 1092),
        re:run([A], [B], [unicode, caseless, {capture, none}]) =:= match] end).

newlines() ->
    S = "a\rb\nc\r\nd\n\re\x{85}f",
    Kinds = [cr, lf, crlf, any, anycrlf],
    [p({N, P, O}, fun() -> re:run(S, P, [{newline, N}, global, {capture, first, list} | O]) end)
     || N <- Kinds, P <- [".+", "^.", ".$", "\\N+", "(?s).+", "^$", ""],
         O <- [[], [multiline], [dollar_endonly], [firstline]]],
    [p({bsr_option, B, N}, fun() -> re:run(S, "\\R", [{newline, N}, B, global]) end) || B <- [bsr_anycrlf, bsr_unicode],
        N <- Kinds],
    [p({verb, V}, fun() -> re:compile(V ++ "a.b") end) || V <- ["(*CR)", "(*LF)", "(*CRLF)", "(*ANY)", "(*ANYCRLF)",
        "(*BSR_ANYCRLF)", "(*UTF8)", "(*UCP)"]],
    [p({later, N}, fun() -> {ok, R} = re:compile("^.+$", [multiline]),
        re:run(S, R, [{newline, N}, global, {capture, first, list}]) end) || N <- Kinds].

splits() ->
    Subjects = ["", "Erlang", "a,b,,c,,", "one  two three", [1076, $,, 1077]],
    Patterns = [",", "(,)", "[ln]", "", "\\s+", "(?<x>e)?", "x*"],
    Options = [[{return, list}], [{return, list}, {parts, 2}], [{return, list}, trim], [{return, list}, group],
        [{return, list}, {parts, 0}], [{return, list}, {parts, 3}, group]],
    [p({split, S, P, O}, fun() -> re:split(S, P, [unicode | O]) end) || S <- Subjects, P <- Patterns, O <- Options],
    p(split, fun() -> re:split("a-b", "-") end),
    p(split, fun() -> re:split("a-b", "(") end),
    p(split, fun() -> re:split("a-b", "-", [global]) end).

replaces() ->
    [p({replace, S, P, R, O}, fun() -> re:replace(S, P, R, [{return, list} | O]) end)
     || S <- ["abcd", "aXbXc", "", "aa"], P <- ["b", "X", "(a)(b)?", "", "a*", "(?<n>.)"],
         R <- ["", "[&]", "\\1-\\2", "\\g{1}", "\\\\&"], O <- [[], [global]]],
    p(replace, fun() -> re:replace("abcd", "c", "[&]") end),
    p(replace, fun() -> re:replace("abcd", "(", "x") end),
    p(replace, fun() -> re:replace([1076, $a], [1076], [1077], [unicode, {return, list}]) end),
    p(replace, fun() -> re:replace("abcd", "c", "x", [{return, binary}]) end).

terms() ->
    {ok, R} = re:compile("(b+)(?<T>c)", [caseless]),
    Self = self(),
    Pid = spawn(fun() -> receive {R1, From} -> From ! re:run("aBbC", R1, [{capture, all, list}]) end end),
    Pid ! {R, Self},
    p(sent, fun() -> receive X -> X end end),
    Copy = binary_to_term(term_to_binary(R)),
    p(etf, fun() -> re:run("abc", Copy) end),
    ets:new(t, [named_table]),
    ets:insert(t, {p, R}),
    p(ets, fun() -> re:run("abc", ets:lookup_element(t, p, 2), [{capture, ['T'], binary}]) end),
    p(many, fun() -> lists:usort([re:run("x" ++ integer_to_list(N) ++ "y", "x(" ++ integer_to_list(N) ++ ")y",
        [{capture, [1], list}]) =:= {match, [integer_to_list(N)]}
                                  || N <- lists:seq(1, 300)]) end).

limits() ->
    A = lists:duplicate(28, $a),
    p(no_start, fun() -> re:run(A, "(a+)+$b", [report_errors]) end),
    p(catastrophe, fun() -> re:run(A ++ "b", "(a+)+$", [report_errors]) end),
    p(catastrophe, fun() -> re:run(A ++ "b", "(a+)+$", []) end),
    p(few, fun() -> re:run(A ++ "b", "(a+)+$", [report_errors, {match_limit, 1000}]) end),
    p(depth, fun() -> re:run(A ++ "b", "(a+)+$", [report_errors, {match_limit_recursion, 5}]) end),
    p(error, fun() -> re:run(A, "(", [report_errors]) end),
    p(global, fun() -> re:run(A ++ "b", "(a+)+$", [global, report_errors, {match_limit, 1000}]) end).

%% More matches than one request to the host returns.
portions() ->
    S = binary:copy(<<"ab ">>, 5000),
    p(matches, fun() -> {match, M} = re:run(S, "b", [global]), {length(M), hd(M), lists:last(M)} end),
    p(empty, fun() -> {match, M} = re:run(S, "x*", [global]), {length(M), hd(M), lists:last(M)} end),
    p(sparse, fun() -> {match, M} = re:run([S, $x, binary:copy(S, 40), $y], "[xy]", [global]), M end),
    p(split, fun() -> length(re:split(S, " ")) end),
    p(replace, fun() -> erlang:phash2(re:replace(S, "(a)(b)", "\\2\\1", [global, {return, binary}])) end).

users() ->
    p(uri, fun() -> uri_string:parse("http://user@example.org:8042/over/there?name=ferret#nose") end),
    p(wildcard, fun() -> filename:join(re:split("a/b", "/", [{return, list}])) end),
    p(string, fun() -> string:lexemes("a b  c", " ") end),
    p(to_regexp, fun() -> re:run("file.erl", "^[^.]*\\.erl$", [{capture, none}]) end).
