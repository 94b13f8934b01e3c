# SPDX-License-Identifier: Apache-2.0
#
# Common features of Elixir programs, with a printed line for each: the lines must be equal on erl and on ours.

defmodule ElixirCases do
  def main do
    for {name, fun} <- [enum: &enum/0, string: &string/0, map: &map/0, regex: &regex/0, stream: &stream/0,
                        struct: &struct/0,
                        task: &task/0, agent: &agent/0, gen_server: &gen_server/0, supervisor: &supervisor/0,
                        dynamic_supervisor: &dynamic_supervisor/0, registry: &registry/0,
                        errors: &errors/0, eval: &eval/0] do
      try do
        fun.()
      catch
        kind, reason ->
          trace = inspect(__STACKTRACE__, limit: 30)
          IO.puts("#{name} CRASH #{inspect(kind)} #{inspect(reason)} #{trace}")
      end
    end

    :ok
  end

  defp show(name, value), do: IO.puts("#{name} #{inspect(value, limit: :infinity, custom_options: [sort_maps: true])}")

  defp enum do
    show("map", Enum.map(1..5, &(&1 * &1)))
    show("reduce", Enum.reduce(1..100, 0, &+/2))
    show("group", Enum.group_by(~w(apple bob avocado bear cat), &String.first/1))
    show("chunk", Enum.chunk_every(1..10, 3))
    show("sort", Enum.sort_by([{3, :a}, {1, :b}, {2, :c}], &elem(&1, 0), :desc))
    show("zip", Enum.zip([1, 2, 3], [:a, :b, :c]))
    show("freq", Enum.frequencies(~w(a b a c b a)))
    show("flat", Enum.flat_map([[1, 2], [3]], & &1))
    show("take", Enum.take_while(1..10, &(&1 < 4)))
    show("minmax", Enum.min_max([3, 1, 2]))
    show("with", Enum.with_index(~w(a b)))
    show("dedup", Enum.dedup([1, 1, 2, 3, 3]))
    show("split", Enum.split_with(1..6, &(rem(&1, 2) == 0)))
    show("join", Enum.join([1, :b, "c"], "-"))
    show("scan", Enum.scan(1..5, &*/2))
    show("set", MapSet.to_list(MapSet.union(MapSet.new([1, 2]), MapSet.new([2, 3]))))
    show("comprehension", for(x <- 1..3, y <- [:a, :b], x != 2, into: %{}, do: {{x, y}, x}))
    show("keyword", Keyword.merge([a: 1, b: 2], b: 3, c: 4))
    show("range", Enum.to_list(10..1//-3))
  end

  defp string do
    show("up", String.upcase("straße ñandú"))
    show("split", String.split("  a b  c "))
    show("split", String.split("a,b;c", [",", ";"]))
    show("graphemes", String.graphemes("e\u0301a🇸🇪"))
    show("length", String.length("añb🎉"))
    show("reverse", String.reverse("noël"))
    show("replace", String.replace("banana", "an", "[&]"))
    show("replace", String.replace("banana", ~r/a(n)/, fn x -> String.upcase(x) end))
    show("pad", String.pad_leading("7", 3, "0"))
    show("slice", String.slice("abcdef", 1..-2//1))
    show("capitalize", String.capitalize("élan"))
    show("valid", {String.valid?("a"), String.valid?(<<255>>)})
    show("jaro", Float.round(String.jaro_distance("Dwayne", "Duane"), 5))
    show("int", {String.to_integer("ff", 16), Integer.parse("12abc"), Float.parse("1.5e3x")})
    show("trim", String.trim("\u00a0 x \n"))
    show("normalize", String.normalize("é", :nfd) |> String.codepoints())
    show("equivalent", String.equivalent?("é", "e\u0301"))
    show("inspect", {"a\"b\n", 'abc', <<1, 2>>, :"a b", 1.0e10, nil})
    show("interpolate", "#{1 + 1} #{:x} #{"s"} #{[104, 105]}")
  end

  defp map do
    m = %{a: 1, b: %{c: [1, 2]}}
    show("put", Map.put(m, :z, 0))
    show("update", Map.update(m, :a, 0, &(&1 + 1)))
    show("merge", Map.merge(%{a: 1, b: 2}, %{b: 3}, fn _, x, y -> x + y end))
    show("get_in", get_in(m, [:b, :c, Access.at(1)]))
    show("put_in", put_in(m.b.c, :new))
    show("pop", Map.pop(m, :a))
    show("large", Enum.sum(Map.values(Map.new(1..100, &{&1, &1 * 2}))))
    show("new", Map.new([:a, :b], &{&1, to_string(&1)}))
    show("split", Map.split(%{a: 1, b: 2, c: 3}, [:a, :c]))
    show("pattern", with(%{a: x} when x > 0 <- m, {:ok, y} <- Map.fetch(m, :b), do: {x, y}))
  end

  defp regex do
    show("run", Regex.run(~r/(\d+)-(\d+)/, "10-20"))
    show("scan", Regex.scan(~r/a(b)?/, "ab a ab"))
    show("named", Regex.named_captures(~r/(?<y>\d{4})-(?<m>\d\d)/, "on 2024-05-06"))
    show("replace", Regex.replace(~r/(\w+) (\w+)/u, "añb cde", "\\2 \\1"))
    show("split", Regex.split(~r/[,;]\s*/, "a, b;c"))
    show("match", {"foo" =~ ~r/^f/, "foo" =~ "oo", Regex.match?(~r/x/i, "X")})
    show("compile", Regex.compile("("))
    show("names", Regex.names(~r/(?<b>.)(?<a>.)/))
    show("escape", Regex.escape("a.b*c"))
    show("unicode", Regex.run(~r/\p{Lu}\w+/u, "das Übel"))
    show("sigils", {~w(a b)a, ~D[2024-02-29], ~T[10:00:00], ~N[2024-01-01 00:00:00]})
    show("date", {Date.add(~D[2024-02-28], 2), Date.day_of_week(~D[2024-05-06]),
                  Calendar.strftime(~D[2024-05-06], "%d %B %Y")})
  end

  defp stream do
    show("lazy", 1..1_000_000 |> Stream.map(&(&1 * 3)) |> Stream.filter(&(rem(&1, 2) == 0)) |> Enum.take(4))
    show("iterate", Stream.iterate(1, &(&1 * 2)) |> Enum.take(8))
    show("unfold", Stream.unfold({0, 1}, fn {a, b} -> {a, {b, a + b}} end) |> Enum.take(10))
    show("cycle", Stream.cycle([1, 2, 3]) |> Stream.chunk_every(2) |> Enum.take(3))
    show("zip", Stream.zip(1..3, [:a, :b, :c]) |> Enum.to_list())
  end

  defmodule Point do
    defstruct x: 0, y: 0

    defimpl String.Chars do
      def to_string(p), do: "(#{p.x}, #{p.y})"
    end
  end

  defprotocol Size do
    def size(x)
  end

  defimpl Size, for: BitString do
    def size(x), do: byte_size(x)
  end

  defimpl Size, for: List do
    def size(x), do: length(x)
  end

  defp struct do
    show("struct", %Point{x: 1})
    show("update", %{%Point{} | y: 2})
    show("chars", to_string(%Point{x: 3, y: 4}))
    show("protocol", {Size.size("abc"), Size.size([1, 2])})
    show("impl", try(do: Size.size(1), rescue: (e in Protocol.UndefinedError -> e.value)))
  end

  defp task do
    show("await", Task.await(Task.async(fn -> 6 * 7 end)))
    show("many", Task.await_many(for n <- 1..5, do: Task.async(fn -> n * n end)))
    show("stream", Task.async_stream(1..5, &(&1 + 1), max_concurrency: 2) |> Enum.to_list())
    show("yield", Task.yield(Task.async(fn -> Process.sleep(:infinity) end), 10))
    {:ok, sup} = Task.Supervisor.start_link()
    show("nolink", Task.yield(Task.Supervisor.async_nolink(sup, fn -> exit(:bye) end)))
  end

  defp agent do
    {:ok, a} = Agent.start_link(fn -> 0 end)
    for n <- 1..10, do: Agent.update(a, &(&1 + n))
    show("agent", Agent.get_and_update(a, &{&1, 0}))
    show("reset", Agent.get(a, & &1))
    Agent.stop(a)
    show("alive", Process.alive?(a))
  end

  defmodule Counter do
    use GenServer
    def start_link(opts), do: GenServer.start_link(__MODULE__, opts[:start] || 0, Keyword.take(opts, [:name]))
    @impl true
    def init(n), do: {:ok, n, {:continue, :begin}}
    @impl true
    def handle_continue(:begin, n), do: {:noreply, n + 1}
    @impl true
    def handle_call(:get, _from, n), do: {:reply, n, n}
    def handle_call(:crash, _from, _n), do: exit(:crash)
    @impl true
    def handle_cast({:add, k}, n), do: {:noreply, n + k}
    @impl true
    def handle_info(:tick, n), do: {:noreply, n * 2}
  end

  defp gen_server do
    {:ok, c} = Counter.start_link(start: 5)
    GenServer.cast(c, {:add, 4})
    send(c, :tick)
    show("get", GenServer.call(c, :get))
    Process.flag(:trap_exit, true)
    show("crash", catch_exit_reason(fn -> GenServer.call(c, :crash) end))
    show("exit", receive(do: ({:EXIT, ^c, reason} -> reason)))
    Process.flag(:trap_exit, false)
    show("noproc", catch_exit_reason(fn -> GenServer.call(:nobody, :get) end))
    show("where", GenServer.whereis(:nobody))
  end

  defp catch_exit_reason(fun) do
    fun.()
  catch
    :exit, {reason, {GenServer, :call, [_ | _]}} -> reason
  end

  defp supervisor do
    children = [{Counter, name: :c1}, Supervisor.child_spec({Counter, name: :c2, start: 10}, id: :second)]
    {:ok, sup} = Supervisor.start_link(children, strategy: :one_for_all)
    show("count", Supervisor.count_children(sup))
    before = {Process.whereis(:c1), Process.whereis(:c2)}
    ref = Process.monitor(:c2)
    Process.exit(Process.whereis(:c1), :kill)
    receive(do: ({:DOWN, ^ref, _, _, reason} -> show("down", reason)))
    show("children", for({id, pid, type, _} <- Enum.sort(Supervisor.which_children(sup)), do: {id, is_pid(pid), type}))
    now = {Process.whereis(:c1), Process.whereis(:c2)}
    show("new", {elem(before, 0) != elem(now, 0), elem(before, 1) != elem(now, 1), GenServer.call(:c2, :get)})
    show("stop", Supervisor.stop(sup))
  end

  defp dynamic_supervisor do
    {:ok, sup} = DynamicSupervisor.start_link(strategy: :one_for_one)
    pids = for n <- 1..3, do: elem(DynamicSupervisor.start_child(sup, {Counter, start: n}), 1)
    show("get", Enum.map(pids, &GenServer.call(&1, :get)))
    show("terminate", DynamicSupervisor.terminate_child(sup, hd(pids)))
    show("count", DynamicSupervisor.count_children(sup))
    DynamicSupervisor.stop(sup)
  end

  defp registry do
    {:ok, _} = Registry.start_link(keys: :unique, name: Reg)
    {:ok, c} = Counter.start_link(name: {:via, Registry, {Reg, "one"}}, start: 1)
    show("lookup", Registry.lookup(Reg, "one") == [{c, nil}])
    show("call", GenServer.call({:via, Registry, {Reg, "one"}}, :get))
    show("again", match?({:error, {:already_started, ^c}}, Counter.start_link(name: {:via, Registry, {Reg, "one"}})))
    {:ok, _} = Registry.start_link(keys: :duplicate, name: Pub)
    {:ok, _} = Registry.register(Pub, "topic", :value)
    Registry.dispatch(Pub, "topic", fn entries -> for {pid, v} <- entries, do: send(pid, {:got, v}) end)
    show("dispatch", receive(do: ({:got, v} -> v)))
    show("keys", {Registry.keys(Pub, self()), Registry.count(Pub),
                  Registry.select(Reg, [{{:"$1", :_, :_}, [], [:"$1"]}])})
  end

  defp errors do
    show("raise", try(do: raise("boom"), rescue: (e -> Exception.message(e))))
    show("arith", try(do: div(1, length([])), rescue: (e in ArithmeticError -> e)))
    show("key", try(do: Map.fetch!(%{a: 1}, :b), rescue: (e in KeyError -> {e.key, Exception.message(e)})))
    show("undef", try(do: apply(Nope, :nope, []), rescue: (e in UndefinedFunctionError -> Exception.message(e))))
    show("match", try(do: ({:ok, _} = Process.get(:none, :error)), rescue: (e in MatchError -> Exception.message(e))))
    show("throw", catch_throw())
    show("format", Exception.format(:error, %RuntimeError{message: "x"}, []))
    show("after", try(do: 1, after: send(self(), :after)))
    show("received", receive(do: (:after -> :yes)))
  end

  defp catch_throw do
    throw(:ball)
  catch
    x -> {:caught, x}
  end

  defp eval do
    show("eval", Code.eval_string("a + b * 2", a: 1, b: 20))
    show("fun", Code.eval_string("Enum.map(1..3, fn x -> x * x end)") |> elem(0))
    show("pipe", Code.eval_string("\"abc\" |> String.upcase() |> String.reverse()") |> elem(0))
    show("quoted", Macro.to_string(quote(do: if(x > 1, do: :a, else: :b))))
    show("parse", Code.string_to_quoted("1 + x"))
    show("error", match?({:error, _}, Code.string_to_quoted("1 +")))
    {{:module, m, bin, _}, _} = Code.eval_string("defmodule Made do\n  def hi(x), do: {:hi, x}\n" <>
      "  defmacro twice(x), do: quote(do: unquote(x) * 2)\nend")
    show("module", {m, is_binary(bin), apply(m, :hi, [1])})
    show("macro", Code.eval_string("require Made; Made.twice(21)") |> elem(0))
    show("struct",
      Code.eval_string("defmodule S do\n  defstruct a: 1\nend\n%{__struct__: S, a: 2}") |> elem(0) |> Map.get(:a))
  end
end
