%% SPDX-License-Identifier: Apache-2.0
%%
%% A counter in a page: a gen_server that makes its own elements and gets their events as messages. When it crashes, its
%% listeners end with it, and its supervisor starts it anew: it makes its elements again and counts from zero.
-module(counter).
-behaviour(gen_server).
-export([start/0, value/0, start_link/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start() ->
    {ok, Supervisor} = supervisor:start_link(?MODULE, supervisor),
    unlink(Supervisor), % the process that calls start/0 ends
    ok.

value() -> gen_server:call(?MODULE, value).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, counter, []).

init(supervisor) ->
    {ok, {#{strategy => one_for_one}, [#{id => counter, start => {?MODULE, start_link, []}}]}};
init(counter) ->
    Document = js:global(document),
    Root = js:invoke(Document, getElementById, [counter]),
    js:invoke(Root, replaceChildren, []),
    Label = element(Document, Root, output, <<"0">>),
    Steps = [{<<"+1">>, 1}, {<<"-1">>, -1}, {<<"crash">>, x}],
    Buttons = maps:from_list([{listen(Document, Root, Text), Step} || {Text, Step} <- Steps]),
    {ok, {0, Label, Buttons}}.

element(Document, Root, Tag, Text) ->
    Element = js:invoke(Document, createElement, [Tag]),
    js:set(Element, textContent, Text),
    js:invoke(Root, append, [Element]),
    Element.

listen(Document, Root, Text) -> js:listen(element(Document, Root, button, Text), click, #{}).

handle_call(value, _From, {N, _, _} = State) -> {reply, N, State}.

handle_cast(_, State) -> {noreply, State}.

handle_info({js_event, Ref, _}, {N, Label, Buttons}) ->
    Sum = N + maps:get(Ref, Buttons), % the third button adds an atom, and the counter crashes
    js:set(Label, textContent, integer_to_binary(Sum)),
    {noreply, {Sum, Label, Buttons}}.
