# SPDX-License-Identifier: Apache-2.0
# A formatter of ExUnit that prints a line for each test, as ecosystem_run does: @@ok, @@failed or @@skipped, its name
# without spaces, and the reason.
defmodule EcosystemFormatter do
  use GenServer

  def init(options), do: {:ok, options}

  def handle_cast({:test_finished, test}, state) do
    {how, why} =
      case test.state do
        nil -> {"ok", ""}
        {:failed, failures} -> {"failed", inspect(failures, limit: 20, printable_limit: 200)}
        {:invalid, _} -> {"failed", "invalid"}
        {other, _} -> {"skipped", inspect(other)}
      end

    name = String.replace("#{inspect(test.module)}:#{test.name}", ~r/\s+/, "_")
    why = why |> String.replace("\n", " ") |> String.slice(0, 400)
    IO.puts("@@#{how} #{name} #{why}")
    {:noreply, state}
  end

  def handle_cast(_, state), do: {:noreply, state}
end

ExUnit.configure(formatters: [EcosystemFormatter])
