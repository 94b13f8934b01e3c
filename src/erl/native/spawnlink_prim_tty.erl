%% SPDX-License-Identifier: Apache-2.0
%%
%% The native functions of prim_tty (OTP 26 and later): standard input and output for user_drv. The host says whether
%% they are a terminal (terminal_operation). The process registered as spawnlink_tty gets input and signals from the
%% host, notifies user_drv's reader, and hands them out when the reader asks.
-module(spawnlink_prim_tty).
-export([isatty/1, tty_create/0, tty_create/1, tty_init/2, tty_init/3, tty_set/1, tty_is_open/2, setlocale/1,
    tty_select/2, tty_select/3,
         tty_read_signal/2, tty_window_size/1, tty_encoding/1, write_nif/2, read_nif/2, read_nif/3, isprint/1,
             wcwidth/1, wcswidth/1,
         sizeof_wchar/0, tgetent_nif/1, tgetnum_nif/1, tgetflag_nif/1, tgetstr_nif/1, tgoto_nif/1, tgoto_nif/2,
             tgoto_nif/3,
         setupterm_nif/0, tigetnum_nif/1, tigetflag_nif/1, tigetstr_nif/1, tinfo_nif/0, tputs_nif/2]).
-export([size/0, raw/1]). % also used by spawnlink_tty_sl

-include("seam.hrl").

%% {Columns, Rows}; undefined: there is no terminal.
size() ->
    case spawnlink:file(?TERMINAL_SIZE, 0, [], 0) of
        {Size, _} -> {Size bsr 16, Size band 16#FFFF};
        _ -> undefined
    end.

%% With true, the terminal delivers each key at once and without echo, as line editing needs it; with false, it delivers
%% lines.
raw(Raw) -> spawnlink:file(?TERMINAL_RAW, 0, [], case Raw of true -> 1; false -> 0 end), ok.

isatty(_) -> size() =/= undefined.

%% A handle holds the number of the file that its output goes to.
tty_create() -> tty_create(stdout).
tty_create(stdout) -> {ok, {1, make_ref()}};
tty_create(stderr) -> {ok, {2, make_ref()}}.

tty_init(_, #{input := Input}) ->
    case {Input, size()} of
        {raw, undefined} -> {error, enotsup};
        {raw, _} -> raw(true);
        {cooked, S} when S =/= undefined -> raw(false);
        _ -> ok
    end.

tty_init(_, _, _) ->
    case size() of
        undefined -> {error, enotsup};
        _ -> ok
    end.

tty_set(_) -> raw(true).
tty_is_open(_, _) -> true.
%% Terminals of JavaScript and of our command line use UTF-8.
setlocale(_) -> true.
tty_encoding(_) -> utf8.

tty_window_size(_) ->
    case size() of
        undefined -> {error, enotsup};
        Size -> {ok, Size}
    end.

write_nif({Output, _}, Data) -> spawnlink:write(Output, Data).

%% --- Input and signals -----------------------------------------------------------------------------------------------

%% In OTP 26 and 27 the reader asks for signals as it does for input; later releases get them through erl_signal_server.
tty_select(TTY, SignalRef, ReadRef) -> select(TTY, ReadRef, {reader, SignalRef}).
tty_select(TTY, ReadRef) -> select(TTY, ReadRef, erl_signal_server).

select(TTY, ReadRef, Signals) ->
    Reader = self(),
    Feeder = spawn_link(fun() ->
        whereis(spawnlink_tty) =:= undefined andalso register(spawnlink_tty, self()),
        spawnlink:want_input(),
        feed(<<>>, [], #{reader => Reader, ready => {select, TTY, ReadRef, ready_input}, tty => TTY,
            signals => Signals})
    end),
    put(spawnlink_input, Feeder),
    ok.

%% Data: input that was not taken yet, or eof. Caught: signals that were not taken yet.
feed(Data, Caught, #{reader := Reader, ready := Ready} = To) ->
    receive
        {spawnlink_input, More} ->
            is_binary(More) andalso spawnlink:internal(input, byte_size(More)),
            Reader ! Ready,
            feed(More, Caught, To);
        {read, Ref, Most} ->
            {Taken, Rest} = take(Data, Most),
            Reader ! {Ref, Taken},
            case Rest of
                <<>> -> spawnlink:want_input();
                _ -> Reader ! Ready
            end,
            feed(Rest, Caught, To);
        {spawnlink_tty, Signal} ->
            feed(Data, Caught ++ caught(Signal, To), To);
        {signal, Ref} ->
            [Signal | Rest] = Caught,
            Reader ! {Ref, Signal},
            feed(Data, Rest, To)
    end.

take(eof, _) -> {eof, eof};
take(Data, Most) when byte_size(Data) > Most -> split_binary(Data, Most);
take(Data, _) -> {Data, <<>>}.

caught(Signal, #{signals := {reader, Ref}, reader := Reader, tty := TTY}) ->
    Reader ! {select, TTY, Ref, ready_input},
    [Signal];
caught(Signal, _) ->
    case whereis(erl_signal_server) of
        undefined -> ok;
        Server -> Server ! {notify, case Signal of winch -> sigwinch; cont -> sigcont end}
    end,
    [].

read_nif(TTY, Ref) -> read_nif(TTY, Ref, infinity).

read_nif(_, _, Most) ->
    Ref = make_ref(),
    get(spawnlink_input) ! {read, Ref, Most},
    receive
        {Ref, eof} -> {error, closed};
        {Ref, Data} -> {ok, Data}
    end.

tty_read_signal(_, _) ->
    Ref = make_ref(),
    get(spawnlink_input) ! {signal, Ref},
    receive {Ref, Signal} -> {ok, Signal} end.

%% --- Characters ------------------------------------------------------------------------------------------------------

isprint(C) -> C >= 32 andalso not (C >= 127 andalso C < 160).

%% As in most terminals: East Asian characters and pictures take two columns, combining characters none.
wcwidth(C) when C >= 16#300, C =< 16#36F; C >= 16#200B, C =< 16#200F; C >= 16#FE00, C =< 16#FE0F; C =:= 16#200D -> 0;
wcwidth(C) when C >= 16#1100, C =< 16#115F; C >= 16#2E80, C =< 16#A4CF; C >= 16#AC00, C =< 16#D7A3;
    C >= 16#F900, C =< 16#FAFF;
                C >= 16#FE30, C =< 16#FE6F; C >= 16#FF00, C =< 16#FF60; C >= 16#FFE0, C =< 16#FFE6;
                    C >= 16#1F300, C =< 16#1FAFF;
                C >= 16#20000, C =< 16#3FFFD -> 2;
wcwidth(C) ->
    case isprint(C) of
        true -> 1;
        false -> {error, not_printable}
    end.

wcswidth(Text) ->
    {ok, lists:sum([case wcwidth(C) of N when is_integer(N) -> N; _ -> 0 end
    || C <- unicode:characters_to_list(Text)])}.
sizeof_wchar() -> 4.

%% --- Capabilities of the terminal: those that every present terminal has
%% ----------------------------------------------

%% Names end with a zero.
name(Name) -> lists:droplast(lists:flatten(Name)).

%% OTP 26 and 27 use termcap.
tgetent_nif(_) ->
    case size() of
        undefined -> {error, enotsup};
        _ -> ok
    end.

tgetnum_nif(Name) ->
    case {name(Name), size()} of
        {"co", {Columns, _}} -> {ok, Columns};
        {"li", {_, Rows}} -> {ok, Rows};
        _ -> false
    end.

tgetflag_nif(Name) -> lists:member(name(Name), ["xn", "bs"]).

tgetstr_nif(Name) ->
    case name(Name) of
        "up" -> {ok, <<"\e[A">>};
        "do" -> {ok, <<"\e[B">>}; % a newline also goes to the first column, where the host makes it "\r\n"
        "nd" -> {ok, <<"\e[C">>};
        "cd" -> {ok, <<"\e[J">>};
        "ta" -> {ok, <<"\t">>};
        _ -> false
    end.

tgoto_nif(_) -> {error, enotsup}.
tgoto_nif(_, _) -> {error, enotsup}.
tgoto_nif(_, _, _) -> {error, enotsup}.

%% OTP 28 and later use terminfo. There is no such data base here, and io_ansi then uses sequences of its own.
setupterm_nif() -> tgetent_nif([]).

tigetnum_nif(Name) ->
    case {name(Name), size()} of
        {N, {Columns, _}} when N =:= "co"; N =:= "cols" -> {ok, Columns};
        {N, {_, Rows}} when N =:= "li"; N =:= "lines" -> {ok, Rows};
        _ -> -1
    end.

tigetflag_nif(Name) -> lists:member(name(Name), ["xn", "xenl"]).
tigetstr_nif(Name) ->
    case name(Name) of
        "cud1" -> {ok, <<"\e[B">>}; % as above
        _ -> {error, enotsup}
    end.
tinfo_nif() -> #{bool => [], num => [], str => []}.
tputs_nif(Text, []) -> {ok, iolist_to_binary(lists:droplast(Text))}.
