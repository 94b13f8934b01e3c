%% SPDX-License-Identifier: Apache-2.0
%% Modules that no compiler makes, written as BEAM assembly and assembled without the validator. Each is loaded and, if
%% the loader accepts it, run with arguments of several types, followed by a collection. Nothing of this may end or
%% damage the VM.
-module(hostile).
-export([main/0, write/1]).

main() ->
    Told = [told(Name, Arity, Code) || {Name, Arity, Code} <- modules()],
    {length([x || refused <- Told]), length([x || {ran, _} <- Told]), [W || {wrong, W} <- Told],
        lists:sum(lists:seq(1, 1000))}.

%% Writes the modules to files, from which scripts/fuzz begins.
write(Folder) ->
    [file:write_file(filename:join(Folder, atom_to_list(name(Name)) ++ ".beam"), Beam)
     || {Name, Arity, Code} <- modules(), {ok, Beam} <- [assembled(Name, Arity, Code)]],
    ok.

name(Name) -> list_to_atom("h_" ++ atom_to_list(Name)).

assembled(Name, Arity, {Code, Labels}) ->
    M = name(Name),
    Start = [{label, 1}, {func_info, {atom, M}, {atom, run}, Arity}, {label, 2}],
    try beam_asm:module({M, [{run, Arity}], [], [{function, run, Arity, 2, Start ++ Code}], Labels}, [], [], [])
    catch
        _:_ -> no_code
    end.

told(Name, Arity, Code) ->
    case assembled(Name, Arity, Code) of
        {ok, Beam} -> loaded(name(Name), Arity, code:load_binary(name(Name), "", Beam));
        no_code -> {wrong, {Name, no_code}}
    end.

loaded(M, Arity, {module, M}) ->
    {ran, [run(M, Arity, Arg) || Arg <- [[1, 2], {a, b}, <<"abcdefghij">>, #{a => 1}, 1.5, fun() -> 1 end, 7]]};
loaded(_, _, {error, badfile}) -> refused;
loaded(M, _, Other) -> {wrong, {M, Other}}.

run(M, Arity, Arg) ->
    {P, R} = spawn_monitor(fun() -> X = apply(M, run, lists:duplicate(Arity, Arg)), garbage_collect(),
        exit({ok, erts_debug:flat_size(X)}) end),
    receive {'DOWN', R, _, _, How} -> How after 20 -> exit(P, kill), looping end.

modules() -> [
 {bs_match_int, 1, {[{bs_get_integer2,{f,1},{x,0},1,{integer,8},1,{field_flags,[unsigned,big]},{x,0}},return], 3}},
 {call_more, 1, {[{move,{x,0},{x,1}},{call_only,2,{f,2}}], 3}},
 {half_frame, 1, {[{allocate,2,1},{get_hd,{x,0},{y,0}},{move,{y,0},{x,0}},{deallocate,2},return], 3}},
 {catch_order, 0, {[{allocate,2,0},{'catch',{y,0},{f,3}},{'catch',{y,1},{f,4}},{call,0,{f,2}},{label,4},
     {catch_end,{y,1}},{label,3},{catch_end,{y,0}},{deallocate,2},return], 5}},
 {one_way, 1, {[{test,is_list,{f,3},[{x,0}]},{move,{atom,a},{x,3}},{label,3},{move,{x,3},{x,0}},return], 4}},
 {heap_one_way, 1, {[{test,is_list,{f,3},[{x,0}]},{test_heap,2,1},{label,3},{put_list,{x,0},nil,{x,0}},return], 4}},
 {heap_spent, 1, {[{test_heap,2,1},{put_list,{x,0},nil,{x,0}},{put_list,{x,0},nil,{x,0}},return], 3}},
 {zero_trace, 0, {[{move,{literal,{}},{x,2}},{move,{atom,error},{x,0}},{move,{atom,a},{x,1}},raw_raise,return], 3}},
 {no_label, 1, {[{test,is_nil,{f,0},[{x,0}]},return], 3}},
 {elem_past, 1, {[{get_tuple_element,{x,0},1000,{x,0}},return], 3}},
 {elem_huge, 1, {[{get_tuple_element,{x,0},134217727,{x,0}},return], 3}},
 {elem_int, 1, {[{get_tuple_element,{x,0},0,{x,0}},return], 3}},
 {hd_atom, 1, {[{get_hd,{x,0},{x,0}},return], 3}},
 {list_atom, 1, {[{get_list,{x,0},{x,0},{x,1}},return], 3}},
 {uninit_y, 0, {[{allocate,8,0},{move,{y,5},{x,0}},{deallocate,8},return], 3}},
 {uninit_y_gc, 0, {[{allocate,8,0},{call_ext,0,{extfunc,erlang,garbage_collect,0}},{move,{y,5},{x,0}},{deallocate,8},
     return], 3}},
 {uninit_x, 0, {[{move,{x,900},{x,0}},return], 3}},
 {live_lies, 1, {[{allocate,1,0},{init_yregs,{list,[{y,0}]}},{test_heap,100000,0},{move,{x,0},{y,0}},
     {call_ext,0,{extfunc,erlang,garbage_collect,0}},{move,{y,0},{x,0}},{deallocate,1},return], 3}},
 {live_over, 0, {[{test_heap,100000,1023},return], 3}},
 {noheap, 1, {[{put_list,{x,0},nil,{x,0}},{put_list,{x,0},nil,{x,0}},{put_list,{x,0},nil,{x,0}},
     {put_list,{x,0},nil,{x,0}},{put_list,{x,0},nil,{x,0}},{put_list,{x,0},nil,{x,0}},return], 3}},
 {noheap_loop, 1, {[{put_list,{x,0},nil,{x,0}},{jump,{f,2}}], 3}},
 {set_elem, 1, {[{set_tuple_element,{integer,7},{x,0},100000},return], 3}},
 {set_elem_lit, 0, {[{move,{literal,{a,b,c}},{x,0}},{set_tuple_element,{integer,7},{x,0},0},return], 3}},
 {update_rec, 1, {[{test_heap,3,1},{get_hd,{x,0},{x,0}},return], 3}},
 {call_nonfun, 1, {[{allocate,0,1},{call_fun,0},{deallocate,0},return], 3}},
 {call_fun2_lie, 1, {[{allocate,0,1},{call_fun2,{atom,safe},0,{x,0}},{deallocate,0},return], 3}},
 {catch_end_forged, 0, {[{allocate,1,0},{move,{integer,5},{y,0}},{catch_end,{y,0}},{deallocate,1},return], 3}},
 {try_end_only, 0, {[{allocate,1,0},{move,{integer,5},{y,0}},{try_end,{y,0}},{try_end,{y,0}},{deallocate,1},return],
     3}},
 {try_case_only, 0, {[{allocate,1,0},{move,{integer,5},{y,0}},{try_case,{y,0}},{deallocate,1},return], 3}},
 {catch_leak, 0, {[{allocate,1,0},{'catch',{y,0},{f,3}},{label,3},{deallocate,1},
     {call_ext_only,1,{extfunc,erlang,error,1}}], 4}},
 {catch_copied, 0, {[{allocate,2,0},{'catch',{y,0},{f,3}},{move,{y,0},{y,1}},{move,{y,0},{x,0}},{label,3},
     {deallocate,2},return], 4}},
 {catch_copied_send, 0, {[{allocate,2,0},{'catch',{y,0},{f,3}},{move,{y,0},{y,1}},{move,{y,0},{x,0}},
     {call_ext,1,{extfunc,erlang,term_to_binary,1}},{label,3},{deallocate,2},return], 4}},
 {raw_raise, 3, {[raw_raise,return], 3}},
 {build_st, 1, {[build_stacktrace,return], 3}},
 {frame_1024, 0, {[{allocate,1023,0},{call,0,{f,2}},{deallocate,1023},return], 3}},
 {frame_heap, 0, {[{allocate_heap,1,16777215,0},{init_yregs,{list,[{y,0}]}},{deallocate,1},return], 3}},
 {bs_int_ctx, 1, {[{bs_get_integer2,{f,0},{x,0},1,{integer,8},1,{field_flags,[unsigned,big]},{x,0}},return], 3}},
 {bs_pos, 1, {[{bs_get_position,{x,0},{x,0},1},return], 3}},
 {bs_setpos, 1, {[{bs_start_match3,{f,1},{x,0},1,{x,1}},{bs_set_position,{x,1},{integer,1000000000}},
     {bs_get_integer2,{f,1},{x,1},2,{integer,64},1,{field_flags,[unsigned,big]},{x,0}},return], 3}},
 {bs_setpos_neg, 1, {[{bs_start_match3,{f,1},{x,0},1,{x,1}},{bs_set_position,{x,1},{integer,-800}},
     {bs_get_integer2,{f,1},{x,1},2,{integer,64},1,{field_flags,[unsigned,big]},{x,0}},return], 3}},
 {bs_setpos_atom, 1, {[{bs_start_match3,{f,1},{x,0},1,{x,1}},{bs_set_position,{x,1},{atom,a}},
     {bs_get_tail,{x,1},{x,0},2},return], 3}},
 {bs_ctx_leak, 1, {[{bs_start_match3,{f,1},{x,0},1,{x,0}},return], 3}},
 {bs_ctx_send, 1, {[{bs_start_match3,{f,1},{x,0},1,{x,0}},{allocate,0,1},{call_ext,1,{extfunc,erlang,term_to_binary,1}},
     {deallocate,0},return], 3}},
 {bs_ctx_map, 1, {[{bs_start_match3,{f,1},{x,0},1,{x,0}},{allocate,0,1},{call_ext,1,{extfunc,erlang,phash2,1}},
     {deallocate,0},return], 3}},
 {map_elem, 1, {[{get_map_elements,{f,1},{x,0},{list,[{atom,a},{x,0}]}},return], 3}},
 {map_put, 1, {[{put_map_assoc,{f,0},{x,0},{x,0},1,{list,[{atom,a},{integer,1}]}},return], 3}},
 {select_float, 1, {[{select_tuple_arity,{x,0},{f,1},{list,[3,{f,2}]}}], 3}},
 {recv_rm, 0, {[remove_message,return], 3}},
 {recv_end, 0, {[{loop_rec_end,{f,2}}], 3}},
 {wait_tmo, 0, {[timeout,return], 3}},
 {fr, 0, {[{fmove,{fr,3},{x,0}},return], 3}},
 {fconv, 1, {[{fconv,{x,0},{fr,0}},{fmove,{fr,0},{x,0}},return], 3}},
 {loop, 0, {[{jump,{f,2}}], 3}},
 {loop_y, 0, {[{label,3},{jump,{f,3}}], 4}},
 {trim, 0, {[{allocate,3,0},{trim,3,0},{move,{y,0},{x,0}},{deallocate,0},return], 3}},
 {bsinit, 0, {[{bs_init2,{f,0},100,0,0,{field_flags,[]},{x,0}},return], 3}},
 {bsput, 0, {[{bs_put_integer,{f,0},{integer,64},1,{field_flags,[]},{integer,1}},return], 3}},
 {bscreate, 1, {[{bs_create_bin,{f,0},0,1,1,{x,0},{list,[{atom,binary},1,1,nil,{x,0},{integer,2147483647}]}},return],
     3}},
 {bsprivate, 1, {[{bs_create_bin,{f,0},0,1,8,{x,0},{list,[{atom,private_append},1,8,nil,{x,0},{atom,all}]}},return],
     3}},
 {puttuple, 0, {[{put_tuple2,{x,0},{list,lists:duplicate(60000,{integer,1})}},return], 3}},
 {recv_marker, 1, {[{recv_marker_bind,{x,0},{x,0}},{recv_marker_use,{x,0}},return], 3}},
 {self_send, 0, {[send,return], 3}}
].
