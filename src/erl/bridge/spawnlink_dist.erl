%% SPDX-License-Identifier: Apache-2.0
%%
%% How nodes connect: the -proto_dist of a VM that is a node (ERTS User's Guide, "How to Implement an Alternative
%% Carrier for the Erlang Distribution"). A process called a session carries the bytes of one connection.
%% js/distribution.js makes sessions of message ports or streams; so does the process registered as spawnlink_channels.
%% A session gets {own, Controller} and then bytes to send; it sends {Session, Bytes} to its controller, is linked to
%% it, and exits when the connection is lost. To connect, this module sends {open, Node, From} to spawnlink_channels and
%% gets {opened, Session} or refused. A session that the other side opened comes to spawnlink_dist as {accept, Session}.
-module(spawnlink_dist).
-export([listen/1, listen/2, address/0, accept/1, accept_connection/5, setup/5, close/1, select/1, is_node_name/1]).
-export([accept_loop/1, do_accept/6, do_setup/5, controller/2, tick/1, put_data/2, damaged/3]).

-include_lib("kernel/include/dist_util.hrl").
-include_lib("kernel/include/net_address.hrl").

-define(HANDSHAKE_VERSION, 6).

listen(Name) -> listen(Name, "localhost").
listen(_Name, _Host) -> {ok, {spawnlink, address(), 3 + rand:uniform(16#FFFFFFF0)}}.

address() -> #net_address{address = [], host = "spawnlink", protocol = spawnlink, family = spawnlink}.

close(_Listen) -> ok.

select(Node) -> is_node_name(Node).

is_node_name(Node) -> dist_util:is_node_name(atom_to_list(Node)).

accept(_Listen) -> spawn_opt(?MODULE, accept_loop, [self()], [link, {priority, max}]).

accept_loop(Kernel) ->
    register(?MODULE, self()),
    accepting(Kernel).

accepting(Kernel) ->
    receive
        {accept, Session} ->
            Kernel ! {accept, self(), Session, spawnlink, spawnlink},
            receive
                {Kernel, controller, Pid} -> Pid ! {self(), controller};
                {Kernel, unsupported_protocol} -> exit(unsupported_protocol)
            end;
        _ -> ok
    end,
    accepting(Kernel).

accept_connection(Acceptor, Session, MyNode, Allowed, SetupTime) ->
    spawn_opt(?MODULE, do_accept, [self(), Acceptor, Session, MyNode, Allowed, SetupTime],
        dist_util:net_ticker_spawn_options()).

do_accept(Kernel, Acceptor, Session, MyNode, Allowed, SetupTime) ->
    receive {Acceptor, controller} -> ok end,
    Timer = dist_util:start_timer(SetupTime),
    dist_util:handshake_other_started((data(Kernel, MyNode, own(Session), Timer))#hs_data{allowed = Allowed}).

setup(Node, Type, MyNode, _LongOrShortNames, SetupTime) ->
    spawn_opt(?MODULE, do_setup, [self(), Node, Type, MyNode, SetupTime], dist_util:net_ticker_spawn_options()).

do_setup(Kernel, Node, Type, MyNode, SetupTime) ->
    Timer = dist_util:start_timer(SetupTime),
    case open(Node) of
        {opened, Session} ->
            Data = data(Kernel, MyNode, own(Session), Timer),
            dist_util:handshake_we_started(Data#hs_data{other_node = Node, other_version = ?HANDSHAKE_VERSION,
                request_type = Type});
        refused ->
            ?shutdown(Node)
    end.

open(Node) ->
    case whereis(spawnlink_channels) of
        undefined -> refused;
        Channels ->
            Monitor = monitor(process, Channels),
            Channels ! {open, Node, self()},
            receive
                {opened, _} = Opened -> demonitor(Monitor, [flush]), Opened;
                refused -> demonitor(Monitor, [flush]), refused;
                {'DOWN', Monitor, _, _, _} -> refused
            end
    end.

own(Session) -> spawn_opt(?MODULE, controller, [Session, self()], [link, {priority, max}]).

data(Kernel, MyNode, Controller, Timer) ->
    Ready = fun(_) -> ok end,
    #hs_data{kernel_pid = Kernel, this_node = MyNode, socket = Controller, timer = Timer, this_flags = 0,
             f_send = fun(_, Bytes) -> ask(Controller, {send, Bytes}) end,
             f_recv = fun(_, _, _) -> ask(Controller, recv) end,
             f_setopts_pre_nodeup = Ready, f_setopts_post_nodeup = Ready,
             f_getll = fun(_) -> {ok, Controller} end,
             f_address = fun(_, Node) -> (address())#net_address{host = host(Node)} end,
             f_handshake_complete = fun(_, _, Handle) -> Controller ! {complete, Handle} end,
             mf_tick = fun ?MODULE:tick/1}.

host(Node) -> tl(string:find(atom_to_list(Node), "@")).

%% The controller answers; when it dies instead, this process dies too.
ask(Controller, Question) ->
    Ref = make_ref(),
    Controller ! {self(), Ref, Question},
    receive {Ref, Answer} -> Answer end.

tick(Controller) -> Controller ! tick, ok.

%% --- The distribution controller ---------------------------------------------------------------------------------

controller(Session, Setup) ->
    link(Session),
    Session ! {own, self()},
    handshake(Session, Setup, <<>>).

%% Packets of the handshake have a length of two bytes, later packets one of four.
handshake(Session, Setup, Buffer) ->
    receive
        {Setup, Ref, {send, Bytes}} ->
            Session ! iolist_to_binary([<<(iolist_size(Bytes)):16>>, Bytes]),
            Setup ! {Ref, ok},
            handshake(Session, Setup, Buffer);
        {Setup, Ref, recv} ->
            {Packet, Rest} = handshake_packet(Session, Buffer),
            Setup ! {Ref, {ok, binary_to_list(Packet)}},
            handshake(Session, Setup, Rest);
        {complete, Handle} ->
            ok = erlang:dist_ctrl_input_handler(Handle, self()),
            put_packets(Session, Handle, Buffer)
    end.

handshake_packet(_, <<N:16, Packet:N/binary, Rest/binary>>) -> {Packet, Rest};
handshake_packet(Session, Buffer) ->
    receive {Session, Bytes} -> handshake_packet(Session, <<Buffer/binary, Bytes/binary>>) end.

put_packets(Session, Handle, <<N:32, Packet:N/binary, Rest/binary>>) ->
    ok = erlang:dist_ctrl_put_data(Handle, Packet),
    put_packets(Session, Handle, Rest);
put_packets(Session, Handle, Rest) ->
    get_packets(Session, Handle, Rest).

%% Sends all packets that wait, then asks to be notified of the next one.
get_packets(Session, Handle, Buffer) ->
    case erlang:dist_ctrl_get_data(Handle) of
        none ->
            ok = erlang:dist_ctrl_get_data_notification(Handle),
            connected(Session, Handle, Buffer);
        [Packet] ->
            Session ! <<(byte_size(Packet)):32, Packet/binary>>,
            get_packets(Session, Handle, Buffer)
    end.

connected(Session, Handle, Buffer) ->
    receive
        {Session, Bytes} when Buffer =:= <<>> -> put_packets(Session, Handle, Bytes);
        {Session, Bytes} -> put_packets(Session, Handle, <<Buffer/binary, Bytes/binary>>);
        dist_data -> get_packets(Session, Handle, Buffer);
        tick -> Session ! <<0:32>>, connected(Session, Handle, Buffer);
        _ -> connected(Session, Handle, Buffer)
    end.

%% --- For dist_ctrl_put_data --------------------------------------------------------------------------------------

put_data(Handle, Data) -> erlang:dist_ctrl_put_data(Handle, iolist_to_binary(Data)).

%% A malformed packet is reported as erts reports it, and ends the connection.
damaged(Controller, Node, Packet) ->
    Bytes = lists:join($,, [integer_to_list(Byte) || <<Byte>> <= Packet]),
    error_logger:warning_msg("~p got a corrupted external term from ~p on distribution channel~n<<...,~s>>~n",
        [node(), Node, Bytes]),
    exit(Controller, kill),
    ok.
