%% SPDX-License-Identifier: Apache-2.0
%%
%% The native functions of OTP's module re, to which the loader redirects its stubs. PCRE2 does the matching
%% (libraries/regex/regex.h, called through spawnlink:file/4). A compiled pattern is {re_pattern, Captures, Unicode,
%% UseCrLf, <<Options:32/little, Newline, Bsr, Pattern/binary>>}. It contains its source, so it can be sent, stored, and
%% used in another VM; the host keeps recently used patterns compiled.
-module(spawnlink_re).
-export([version/0, compile/1, compile/2, import/1, run/2, run/3, internal_run/4, inspect/2,
    '$handle_undefined_function'/2]).

-include("seam.hrl").

%% How many bytes of a subject are passed at a time.
-define(PORTION, 262144).
%% How many steps of a search (libraries/regex/pausing.h) one reduction pays for; a slice has 4,000 reductions.
-define(STEPS_PER_REDUCTION, 16).

%% Options and results with the numbers of pcre2.h.
-define(ANCHORED, 16#80000000).
-define(UTF, 16#00080000).
-define(DUPNAMES, 16#00000040).
-define(NOMATCH, -1).
-define(MATCH_LIMIT, -47).
-define(DEPTH_LIMIT, -53).
-define(HEAP_LIMIT, -63).
-define(NO_MEMORY, -48).
%% The beginning of an exported pattern. No OTP accepts what follows as its own compiled form, so OTP compiles the
%% source.
-define(EXPORTED, <<"re-PCRE2", 0:48>>).
-define(NO_LIMIT, 16#FFFFFFFF).

-record(options, {
    compile = 0, newline = 0, bsr_is = 0,     % from options of the pattern
    match = 0, offset = 0, limit = ?NO_LIMIT, depth = ?NO_LIMIT,
    capture = all, type = index,
    global = false, report = false,
    only_compile = false, only_run = false % whether options allow only compile, or only run
}).

ask(Operation, Request) -> ask(Operation, 0, Request, 0).

ask(Operation, Handle, Request, Number) ->
    case spawnlink:file(Operation, Handle, Request, Number) of
        {_, Answer} when is_binary(Answer) -> Answer;
        {_, _} -> error(system_limit);
        ?LIBRARY_NO_MEMORY -> error(system_limit);
        _ -> spawnlink_native:no_library('re.wasm', Operation)
    end.

version() -> hd(binary:split(ask(?REGEX_VERSION, <<>>), <<0>>)).

%% --- Compiling ------------------------------------------------------------------------------------

compile(Pattern) -> checked(compile, [Pattern], fun() -> compile_pattern(Pattern, #options{}) end).

compile(Pattern, Options) ->
    checked(compile, [Pattern, Options], fun() ->
        Exported = exported(Options),
        Parsed = compile_options(case Exported of true -> [Option || Option <- Options, Option =/= export];
            false -> Options end),
        case compile_pattern(Pattern, Parsed) of
            {ok, _} when Exported ->
                {ok, {re_exported_pattern, ?EXPORTED, flat(Pattern, is_unicode(Parsed)), Options, <<>>}};
            Result -> Result
        end
    end).

exported(Options) when length(Options) > 0 -> is_pcre2() andalso lists:member(export, Options);
exported(_) -> false.

%% An exported pattern (since OTP 28) contains its source, which is compiled again.
import(Exported) ->
    checked(import, [Exported], fun() ->
        case Exported of
            {re_exported_pattern, Header, Pattern, Options, Code} when is_binary(Header), is_binary(Pattern),
                is_list(Options), is_binary(Code) ->
                case compile_pattern(Pattern, compile_options([Option || Option <- Options, Option =/= export])) of
                    {ok, RE} -> RE;
                    _ -> error(badarg)
                end;
            _ -> error(badarg)
        end
    end).

compile_options(List) ->
    Options = options(List, #options{}),
    Options#options.only_run andalso throw(badopt),
    Options.

compile_pattern(Pattern, Options) ->
    case compiled(key(Options, flat(Pattern, is_unicode(Options)))) of
        {error, _} = Error -> Error;
        RE -> {ok, RE}
    end.

%% A pattern with its options.
key(#options{compile = Compile, newline = Newline, bsr_is = Bsr}, Pattern) ->
    Tables = case is_pcre2() of true -> ?REGEX_ASCII; false -> 0 end,
    <<Compile:32/little, Newline, (Bsr bor Tables), Pattern/binary>>.

request(<<Options:32/little, Newline, Bsr, Pattern/binary>>) ->
    [<<Options:32/little, Newline, Bsr, 0:16, (byte_size(Pattern)):32/little>>, Pattern];
request(_) -> error(badarg).

compiled(Key) ->
    case ask(?REGEX_COMPILE, request(Key)) of
        <<0:32, Captures:32/little, _:32, Newline:32/little, _/binary>> ->
            UseCrLf = case Newline >= 3 andalso Newline =< 5 of true -> 1; false -> 0 end,
            <<Given:32/little, _/binary>> = Key,
            {re_pattern, Captures, flag(Given, ?UTF), UseCrLf, Key};
        <<Code:32/little-signed, Offset:32/little, Text/binary>> ->
            <<Options:6/binary, Pattern/binary>> = Key,
            case spawnlink_re_error:again(Code, Offset, Pattern) of
                no -> {error, spawnlink_re_error:text(Code, binary_to_list(Text), Offset, Pattern)};
                Rewritten ->
                    case compiled(<<Options/binary, Rewritten/binary>>) of
                        {error, {Words, Place}} when Place >= Offset ->
                            {error, {Words, Place - byte_size(Rewritten) + byte_size(Pattern)}};
                        Result -> Result
                    end
            end
    end.

flag(Options, Bit) when Options band Bit =:= 0 -> 0;
flag(_, _) -> 1.

is_unicode(#options{compile = Compile}) -> flag(Compile, ?UTF) =:= 1.

%% The bytes of a subject or pattern.
flat(Text, _) when is_binary(Text) -> Text;
flat(Text, true) ->
    case unicode:characters_to_binary(Text) of
        Binary when is_binary(Binary) -> Binary;
        _ -> error(badarg)
    end;
flat(Text, false) -> iolist_to_binary(Text).

inspect(RE, Item) ->
    checked(inspect, [RE, Item], fun() ->
        case {RE, Item} of
            {{re_pattern, _, _, _, Key}, namelist} -> {namelist, lists:usort([Name || {Name, _} <- names(Key)])};
            _ -> error(badarg)
        end
    end).

%% The named groups as {Name, Number}, sorted by name.
names(Key) ->
    <<0:32, _:12/binary, _:32, _:32, Size:32/little, Table/binary>> = valid(ask(?REGEX_COMPILE, request(Key))),
    [{hd(binary:split(Name, <<0>>)), Number} || Size > 0, <<Entry:Size/binary>> <= Table,
        <<Number:16, Name/binary>> <- [Entry]].

valid(<<0:32, _:24/binary, _/binary>> = Answer) -> Answer;
valid(_) -> error(badarg).

%% --- Running --------------------------------------------------------------------------------------

run(Subject, RE) -> checked(run, [Subject, RE], fun() -> run1(Subject, RE, #options{}) end).

run(Subject, RE, Options) ->
    checked(run, [Subject, RE, Options], fun() -> run1(Subject, RE, options(Options, #options{})) end).

internal_run(Subject, RE, Options, First) ->
    checked(internal_run, [Subject, RE, Options, First], fun() ->
        is_boolean(First) orelse error(badarg),
        run1(Subject, RE, options(Options, #options{}))
    end).

run1(Subject, {re_pattern, Captures, Unicode, UseCrLf, Key0}, Options)
  when is_integer(Captures), is_integer(Unicode), is_integer(UseCrLf), is_binary(Key0), byte_size(Key0) >= 6 ->
    Options#options.only_compile andalso error(badarg),
    search(flat(Subject, Unicode =/= 0), Unicode =/= 0, with(Options, Key0), Options);
run1(Subject, Pattern, Options) when is_bitstring(Pattern); is_list(Pattern) ->
    Unicode = is_unicode(Options),
    Flat = flat(Subject, Unicode),
    case compiled(key(Options, flat(Pattern, Unicode))) of
        {error, Why} when Options#options.report -> {error, {compile, Why}};
        {error, _} -> error(badarg);
        {re_pattern, _, _, _, Key} -> search(Flat, Unicode, Key, Options)
    end;
run1(_, _, _) -> error(badarg).

%% The kind of newline may be given again when a pattern is used; since OTP 28 it must be the same.
with(#options{newline = 0, bsr_is = 0}, Key) -> Key;
with(#options{newline = Newline, bsr_is = Bsr}, <<Compile:4/binary, OldNewline, OldBsr, Pattern/binary>> = Key) ->
    Again = <<Compile/binary, (either(Newline, OldNewline)),
        (either(Bsr, OldBsr band (?REGEX_ASCII - 1)) bor OldBsr band ?REGEX_ASCII), Pattern/binary>>,
    is_pcre2() andalso kinds(Again) =/= kinds(Key) andalso error(badarg),
    Again.

either(0, Old) -> Old;
either(New, _) -> New.

%% The kinds of newline and of \R in a pattern.
kinds(Key) ->
    <<0:32, _:8/binary, Newline:32/little, Bsr:32/little, _/binary>> = valid(ask(?REGEX_COMPILE, request(Key))),
    {Newline, Bsr}.

search(Subject, Unicode, Key, #options{global = Global, offset = Offset, report = Report, type = Type} = Options) ->
    Groups = groups(Options#options.capture, Key),
    Offset =< byte_size(Subject) orelse Global orelse error(badarg),
    case matches_of(Subject, Key, Options) of
        {error, _} = Error when Report -> Error;
        {error, _} -> nomatch;
        [] -> nomatch;
        _ when Groups =:= none -> match;
        [Match] when not Global -> {match, captured(Groups, Match, Subject, Unicode, Type)};
        Matches -> {match, [captured(Groups, Match, Subject, Unicode, Type) || Match <- Matches]}
    end.

matches_of(Subject, _, #options{offset = Offset}) when Offset > byte_size(Subject) -> [];
matches_of(Subject, Key, Options) ->
    #options{global = Global, match = Match, offset = Offset, limit = Limit, depth = Depth} = Options,
    Operation = case Global of true -> ?REGEX_MATCH_ALL; false -> ?REGEX_MATCH end,
    Numbers = <<Match:32/little, Offset:32/little, Limit:32/little, Depth:32/little, (byte_size(Subject)):32/little>>,
    {First, Rest} = portion(Subject),
    found(ask(Operation, [request(Key), Numbers, First]), 0, Rest, []).

portion(<<First:?PORTION/binary, Rest/binary>>) -> {First, Rest};
portion(Subject) -> {Subject, <<>>}.

%% Handles the result of a search. A search that is not finished is continued in portions, so that other processes wait
%% no longer than one portion takes. A reference makes the host forget the search if this process ends meanwhile.
found(<<?REGEX_MORE:32, Handle:32/little, Check:32/little, Steps:32/little, Found/binary>>, Reference0, Rest,
    Earlier) ->
    Reference = case Reference0 of 0 -> spawnlink:resource(?REGEX_FORGET, Handle * 4); _ -> Reference0 end,
    charge(Steps),
    {Next, Later} = portion(Rest),
    found(ask(?REGEX_GO_ON, Reference, Next, Check), Reference, Later, lists:reverse(matches(Found), Earlier));
found(<<Code:32/little-signed, _:64, Steps:32/little, Found/binary>>, _, _, Earlier) ->
    charge(Steps),
    case failure(Code) of
        nomatch -> lists:reverse(Earlier, matches(Found));
        Error -> Error
    end.

charge(Steps) when Steps < 1000 -> ok;
charge(Steps) -> erlang:bump_reductions(Steps div ?STEPS_PER_REDUCTION).

matches(<<N:32/little, Rest/binary>>) ->
    Size = N * 8,
    <<Pairs:Size/binary, More/binary>> = Rest,
    [Pairs | matches(More)];
matches(<<>>) -> [].

failure(?NOMATCH) -> nomatch; % or no further match
failure(N) when N > 0 -> nomatch;
failure(?MATCH_LIMIT) -> {error, match_limit};
failure(?DEPTH_LIMIT) -> {error, match_limit_recursion};
failure(?HEAP_LIMIT) -> {error, match_limit_recursion};
failure(?NO_MEMORY) -> {error, match_limit_recursion};
failure(-52) -> nomatch; % an endless recursion
failure(_) -> error(badarg). % the text is not UTF-8, or the offset lies within a character

%% --- What was captured ----------------------------------------------------------------------------

%% Which groups are wanted: all, none, all_but_first, or a list of numbers; an element may be a list of alternatives.
groups(all, _) -> all;
groups(all_but_first, _) -> all_but_first;
groups(none, _) -> none;
groups([], _) -> none;
groups(first, _) -> [0];
groups(all_names, Key) ->
    case names(Key) of
        [] -> none;
        Names -> [[Number || {N, Number} <- Names, N =:= Name] || Name <- lists:usort([Name || {Name, _} <- Names])]
    end;
groups([Item | Rest], Key) -> [group(Item, Key) | case Rest of [] -> []; _ -> groups(Rest, Key) end];
groups(_, _) -> error(badarg).

group(Number, _) when is_integer(Number), Number >= 0 -> Number;
group(Name, Key) when is_atom(Name) -> named(atom_to_binary(Name), Key);
group(Name, Key) when is_list(Name); is_bitstring(Name) -> named(iolist_to_binary(Name), Key);
group(_, _) -> error(badarg).

named(Name, Key) -> [Number || {N, Number} <- names(Key), N =:= Name].

captured(all, Pairs, Subject, Unicode, Type) ->
    [value(Begin, End, Subject, Unicode, Type) || <<Begin:32/little, End:32/little>> <= Pairs];
captured(all_but_first, <<_:8/binary, Pairs/binary>>, Subject, Unicode, Type) ->
    captured(all, Pairs, Subject, Unicode, Type);
captured(Groups, Pairs, Subject, Unicode, Type) ->
    [begin
         {Begin, End} = pick(Group, Pairs),
         value(Begin, End, Subject, Unicode, Type)
     end || Group <- Groups].

pick([], _) -> {?NO_LIMIT, ?NO_LIMIT};
pick([Group], Pairs) -> pick(Group, Pairs);
pick([Group | Others], Pairs) ->
    case pick(Group, Pairs) of
        {?NO_LIMIT, _} -> pick(Others, Pairs);
        Set -> Set
    end;
pick(Group, Pairs) when Group >= 0, (Group + 1) * 8 =< byte_size(Pairs) ->
    Skip = Group * 8,
    <<_:Skip/binary, Begin:32/little, End:32/little, _/binary>> = Pairs,
    {Begin, End};
pick(_, _) -> {?NO_LIMIT, ?NO_LIMIT}.

value(?NO_LIMIT, _, _, _, index) -> {-1, 0};
value(Begin, End, _, _, index) -> {Begin, End - Begin};
value(?NO_LIMIT, _, _, _, binary) -> <<>>;
value(Begin, End, Subject, _, binary) -> binary:part(Subject, Begin, End - Begin);
value(?NO_LIMIT, _, _, _, list) -> [];
value(Begin, End, Subject, true, list) -> unicode:characters_to_list(binary:part(Subject, Begin, End - Begin));
value(Begin, End, Subject, false, list) -> binary_to_list(binary:part(Subject, Begin, End - Begin)).

%% --- Options --------------------------------------------------------------------------------------

options([Option | Rest], Options) -> options(Rest, option(Option, Options));
options([], Options) -> Options;
options(_, _) -> throw(badopt).

option({capture, Groups}, O) -> O#options{capture = Groups, type = index, only_run = true};
option({capture, Groups, Type}, O) ->
    Type =:= index orelse Type =:= list orelse Type =:= binary orelse error(badarg),
    O#options{capture = Groups, type = Type, only_run = true};
option({offset, N}, O) -> O#options{offset = number(N), only_run = true};
option({match_limit, N}, O) -> O#options{limit = number(N), only_run = true};
option({match_limit_recursion, N}, O) -> O#options{depth = number(N), only_run = true};
option({newline, Newline}, O) -> O#options{newline = newline(Newline)};
option(bsr_unicode, O) -> O#options{bsr_is = 1};
option(bsr_anycrlf, O) -> O#options{bsr_is = 2};
option(anchored, O) -> O#options{compile = O#options.compile bor ?ANCHORED, match = O#options.match bor ?ANCHORED};
option(global, O) -> O#options{global = true, only_run = true};
option(report_errors, O) -> O#options{report = true, only_run = true};
option(Atom, O) when is_atom(Atom) ->
    case {of_match(Atom), of_compile(Atom)} of
        {0, 0} -> throw(badopt);
        {0, Bit} -> O#options{compile = O#options.compile bor Bit, only_compile = true};
        {Bit, 0} -> O#options{match = O#options.match bor Bit, only_run = true}
    end;
option(_, _) -> throw(badopt).

number(N) when is_integer(N), N >= 0, N =< 16#7FFFFFFF -> N;
number(_) -> throw(badopt).

newline(cr) -> 1;
newline(lf) -> 2;
newline(crlf) -> 3;
newline(any) -> 4;
newline(anycrlf) -> 5;
newline(nul) -> case is_pcre2() of true -> 6; false -> throw(badopt) end;
newline(_) -> throw(badopt).

of_match(notbol) -> 16#1;
of_match(noteol) -> 16#2;
of_match(notempty) -> 16#4;
of_match(notempty_atstart) -> 16#8;
of_match(_) -> 0.

of_compile(caseless) -> 16#8;
of_compile(dollar_endonly) -> 16#10;
of_compile(dotall) -> 16#20;
of_compile(dupnames) -> ?DUPNAMES;
of_compile(extended) -> 16#80;
of_compile(firstline) -> 16#100;
of_compile(multiline) -> 16#400;
of_compile(never_utf) -> 16#1000;
of_compile(no_auto_capture) -> 16#2000;
of_compile(no_start_optimize) -> 16#10000;
of_compile(ucp) -> 16#20000;
of_compile(ungreedy) -> 16#40000;
of_compile(unicode) -> ?UTF;
of_compile(_) -> 0.

%% Since OTP 28, re is built on PCRE2 itself.
is_pcre2() -> list_to_integer(erlang:system_info(otp_release)) >= 28.

%% --- Errors ---------------------------------------------------------------------------------------

%% Raises errors as if the function were native.
checked(Function, Arguments, Fun) ->
    try Fun()
    catch
        throw:badopt:Stack -> badarg(Function, Arguments, #{module => erl_stdlib_errors, cause => badopt}, Stack);
        error:badarg:Stack -> badarg(Function, Arguments, #{module => erl_stdlib_errors}, Stack)
    end.

badarg(Function, Arguments, Info, Stack) ->
    Callers = lists:dropwhile(fun is_ours/1, lists:dropwhile(fun(Entry) -> not is_ours(Entry) end, Stack)),
    erlang:raise(error, badarg, [{re, Function, Arguments, [{error_info, Info}]} | Callers]).

is_ours(Entry) -> element(1, Entry) =:= ?MODULE.

'$handle_undefined_function'(Function, Arguments) -> spawnlink_native:lacking(re, Function, Arguments).
