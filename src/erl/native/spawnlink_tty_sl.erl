%% SPDX-License-Identifier: Apache-2.0
%%
%% The driver tty_sl, with which user_drv of OTP 25 edits the line on the screen: it gets commands to put, insert and
%% delete characters and to move the cursor, and keeps the line in order to know where on the screen that is. A line is
%% its cells before the cursor (the last one first) and after it; a cell has its text and its width in columns. All this
%% runs in the port (spawnlink_port).
-module(spawnlink_tty_sl).
-export([open/0, command/2, control/3, whole/1]).

-record(line, {
    before = [],
    'after' = [],
    unicode = true              % whether the terminal understands Unicode
}).

%% undefined: there is no terminal.
open() ->
    case spawnlink_prim_tty:size() of
        undefined -> undefined;
        _ -> spawnlink_prim_tty:raw(true), #line{}
    end.

columns() -> {Columns, _} = spawnlink_prim_tty:size(), Columns.

%% Does one of user_drv's commands. Returns what to write, the new line, and whether the command must be acknowledged.
command(<<0, Text/binary>>, Line) -> done(put_chars(characters(Text), Line, []));
command(<<1, N:16/signed>>, Line) -> done(move(N, Line));
command(<<2, Text/binary>>, Line) -> done(insert(characters(Text), Line));
command(<<3, N:16/signed>>, Line) -> done(delete(N, Line));
command(<<4, _/binary>>, Line) -> {<<7>>, Line, false};
command(<<5, Text/binary>>, Line) -> {Out, Line1} = put_chars(characters(Text), Line, []), {Out, Line1, true};
command(_, Line) -> {[], Line, false}.

done({Out, Line}) -> {Out, Line, false}.

%% Returns {ListOfBytes, Line} or badarg.
control(16#018b0900 + 100, _, Line) ->
    {Columns, Rows} = spawnlink_prim_tty:size(),
    {binary_to_list(<<Columns:32/little, Rows:32/little>>), Line};
control(16#018b0900 + 101, _, Line) -> {[state(Line)], Line};
control(16#018b0900 + 102, <<Mode, _/binary>>, Line) -> {[state(Line)], Line#line{unicode = Mode =/= 0}};
control(_, _, _) -> badarg.

state(#line{unicode = Unicode}) -> case Unicode of true -> 1; false -> 0 end.

%% The bytes of input up to the end of the last complete character, and the rest.
whole(Bytes) ->
    case unicode:characters_to_binary(Bytes) of
        {incomplete, Whole, Rest} -> {Whole, Rest};
        _ -> {Bytes, <<>>}
    end.

characters(Text) ->
    case unicode:characters_to_list(Text) of
        List when is_list(List) -> List;
        _ -> binary_to_list(Text)
    end.

%% --- Cells -----------------------------------------------------------------------------------------------------------

%% The first cell of Text at a column, and the rest of Text.
cell([$\e | Text], _, _) ->
    {Sequence, Rest} = sequence(Text),
    {{[$\e | Sequence], 0}, Rest};
cell([$\t | Text], At, _) ->
    N = 8 - At rem 8,
    {{lists:duplicate(N, $\s), N}, Text};
cell([C | Text], _, _) when C < 32 -> {{[$^, C + 64], 2}, Text};
cell([127 | Text], _, _) -> {{"^?", 2}, Text};
cell([C | Text], _, false) when C >= 128 ->
    Shown = io_lib:format(if C < 512 -> "\\~3.8.0b"; true -> "\\x{~.16B}" end, [C]),
    {{Shown, iolist_size(Shown)}, Text};
cell([C | Text], _, true) ->
    {{C, case spawnlink_prim_tty:wcwidth(C) of W when is_integer(W) -> W; _ -> 0 end}, Text}.

%% An escape sequence, for colours and the like, which takes no column.
sequence([$[ | Text]) ->
    {Numbers, Rest} = lists:splitwith(fun(C) -> C =:= $; orelse C >= $0 andalso C =< $9 end, Text),
    {Last, Rest1} = lists:split(min(1, length(Rest)), Rest),
    {[$[ | Numbers] ++ Last, Rest1};
sequence([C | Text]) -> {[C], Text};
sequence([]) -> {[], []}.

width(Cells) -> lists:sum([Width || {_, Width} <- Cells]).
text(Cells) -> unicode:characters_to_binary([Out || {Out, _} <- Cells]).

%% --- The commands of user_drv ---------------------------------------------------------------------------------------

%% Overwrites what is after the cursor with Text; a newline ends the line.
put_chars(Text, Line, Out) ->
    {Before, After, Rest} = over(Text, Line#line.before, Line#line.'after', Line#line.unicode),
    Written = lists:reverse(lists:sublist(Before, length(Before) - length(Line#line.before))),
    case Rest of
        [] ->
            Line1 = Line#line{before = Before, 'after' = After},
            {[Out, text(Written), at_edge(width(Before), After)], Line1};
        [End | Rest1] ->
            put_chars(Rest1, Line#line{before = []}, [Out, text(Written), case End of $\n -> "\r\n"; $\r -> "\r" end])
    end.

over([C | _] = Text, Before, After, _) when C =:= $\n; C =:= $\r -> {Before, After, Text};
over([], Before, After, _) -> {Before, After, []};
over(Text, Before, After, Unicode) ->
    {Cell, Rest} = cell(Text, width(Before), Unicode),
    over(Rest, [Cell | Before], case After of [_ | Kept] -> Kept; [] -> [] end, Unicode).

insert(Text, #line{'after' = After} = Line) ->
    {Out, #line{before = Before} = Line1} = put_chars(Text, Line#line{'after' = []}, []),
    At = width(Before),
    End = At + width(After),
    Tail = case After of [] -> []; _ -> [text(After), at_edge(End, []), go(End, At)] end,
    {[Out, Tail], Line1#line{'after' = After}}.

move(N, Line) ->
    Line1 = step(N, Line),
    {go(width(Line#line.before), width(Line1#line.before)), Line1}.

step(N, #line{before = Before, 'after' = [Cell | After]} = Line) when N > 0 ->
    step(N - 1, Line#line{before = [Cell | Before], 'after' = After});
step(N, #line{before = [Cell | Before], 'after' = After} = Line) when N < 0 ->
    step(N + 1, Line#line{before = Before, 'after' = [Cell | After]});
step(_, Line) -> Line.

%% Deletes forwards, or backwards when N is negative.
delete(N, #line{before = Before, 'after' = After} = Line) ->
    #line{before = Before1, 'after' = After1} = step(N, Line),
    {Kept, Left, Gone} =
        if
            N > 0 -> {Before, After1, width(Before1) - width(Before)};
            true -> {Before1, After, width(Before) - width(Before1)}
        end,
    At = width(Kept),
    End = At + width(Left) + Gone,
    {[go(width(Before), At), text(Left), lists:duplicate(Gone, $\s), at_edge(End, []), go(End, At)],
        Line#line{before = Kept, 'after' = Left}}.

%% --- The screen
%% -------------------------------------------------------------------------------------------------------

%% A terminal that has filled a row moves to the next one only when the next character comes.
at_edge(At, After) ->
    case At > 0 andalso At rem columns() =:= 0 of
        true -> [case After of [] -> " "; [Next | _] -> text([Next]) end,
            lists:duplicate(case After of [] -> 1; [{_, W} | _] -> W end, $\b)];
        false -> []
    end.

go(From, To) ->
    Columns = columns(),
    [steps("\e[A", "\e[B", To div Columns - From div Columns), steps("\b", "\e[C", To rem Columns - From rem Columns)].

steps(Back, _, N) when N < 0 -> lists:duplicate(-N, Back);
steps(_, On, N) -> lists:duplicate(N, On).
