%% SPDX-License-Identifier: Apache-2.0
%%
%% The native functions of prim_tty (OTP 26 and later): standard input and output as user_drv sees them. They are a
%% terminal when init has the argument -spawnlink_tty Columns Rows, which the command line's shell gives.
-module(spawnlink_prim_tty).
-export([isatty/1, tty_create/0, tty_create/1, tty_init/2, tty_init/3, tty_set/1, setlocale/1, tty_select/2, tty_select/3, tty_read_signal/2, tty_window_size/1,
         tty_encoding/1, write_nif/2, read_nif/2, isprint/1, wcwidth/1, wcswidth/1, sizeof_wchar/0, tgetent_nif/1, tgetnum_nif/1,
         tgetflag_nif/1, tgetstr_nif/1, tgoto_nif/1, tgoto_nif/2, tgoto_nif/3]).

isatty(_) -> size() =/= undefined.

size() ->
    case init:get_argument(spawnlink_tty) of
        {ok, [[Columns, Rows] | _]} -> {list_to_integer(Columns), list_to_integer(Rows)};
        _ -> undefined
    end.

tty_create() -> {ok, make_ref()}.
tty_create(_) -> tty_create().
tty_init(_, _) -> ok.
tty_init(_, _, _) -> ok.
tty_set(_) -> ok.
%% JavaScript's terminals and ours speak UTF-8.
setlocale(_) -> true.
tty_encoding(_) -> utf8.

tty_window_size(_) ->
    case size() of
        undefined -> {error, enotsup};
        Size -> {ok, Size}
    end.

write_nif(_, Data) -> spawnlink:write(1, Data).

%% --- Input: a process gets what the host sends and says that there is some ----------------------------------------

tty_select(TTY, _SignalRef, ReadRef) -> tty_select(TTY, ReadRef).

tty_select(TTY, ReadRef) ->
    Reader = self(),
    put(spawnlink_input, spawn_link(fun() -> feed(Reader, {select, TTY, ReadRef, ready_input}) end)),
    ok.

feed(Reader, Ready) ->
    spawnlink:want_input(),
    receive
        {spawnlink_input, Data} ->
            Reader ! Ready,
            receive {read, Ref} -> Reader ! {Ref, Data} end,
            if Data =:= eof -> receive after infinity -> ok end; true -> feed(Reader, Ready) end
    end.

read_nif(_, _) ->
    Ref = make_ref(),
    get(spawnlink_input) ! {read, Ref},
    receive
        {Ref, eof} -> {error, closed};
        {Ref, Data} -> {ok, Data}
    end.

tty_read_signal(_, _) -> {error, enotsup}.

%% --- Characters ------------------------------------------------------------------------------------------------------

isprint(C) -> C >= 32 andalso not (C >= 127 andalso C < 160).

%% As most terminals have it: East Asian characters and pictures take two columns, combining ones none.
wcwidth(C) when C >= 16#300, C =< 16#36F; C >= 16#200B, C =< 16#200F; C >= 16#FE00, C =< 16#FE0F; C =:= 16#200D -> 0;
wcwidth(C) when C >= 16#1100, C =< 16#115F; C >= 16#2E80, C =< 16#A4CF; C >= 16#AC00, C =< 16#D7A3; C >= 16#F900, C =< 16#FAFF;
                C >= 16#FE30, C =< 16#FE6F; C >= 16#FF00, C =< 16#FF60; C >= 16#FFE0, C =< 16#FFE6; C >= 16#1F300, C =< 16#1FAFF;
                C >= 16#20000, C =< 16#3FFFD -> 2;
wcwidth(C) ->
    case isprint(C) of
        true -> 1;
        false -> {error, not_printable}
    end.

wcswidth(Text) -> {ok, lists:sum([case wcwidth(C) of N when is_integer(N) -> N; _ -> 0 end || C <- unicode:characters_to_list(Text)])}.
sizeof_wchar() -> 4.

%% --- Termcap: what every terminal of these days understands ------------------------------------------------------------

tgetent_nif(_) ->
    case size() of
        undefined -> {error, enotsup};
        _ -> ok
    end.

tgetnum_nif(Name) ->
    case {lists:flatten(Name), size()} of
        {"co" ++ _, {Columns, _}} -> {ok, Columns};
        {"li" ++ _, {_, Rows}} -> {ok, Rows};
        _ -> false
    end.

tgetflag_nif(Name) -> lists:prefix("xn", lists:flatten(Name)).

tgetstr_nif(Name) ->
    case lists:droplast(lists:flatten(Name)) of
        "clear" -> {ok, <<"\e[H\e[2J">>};
        "up" -> {ok, <<"\e[A">>};
        "do" -> {ok, <<"\n">>};
        "nd" -> {ok, <<"\e[C">>};
        "cd" -> {ok, <<"\e[J">>};
        _ -> false
    end.

tgoto_nif(_) -> {error, enotsup}.
tgoto_nif(_, _) -> {error, enotsup}.
tgoto_nif(_, _, _) -> {error, enotsup}.
