import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getTask, hasEnded, isNewer, type TaskInfo } from "../api/tasks";
import { useConnection, useLiveTask } from "./live";

const POLL_MS = 2_000;

/** A task as it is now: from the socket, and by polling while that is down. What is shown never goes back. */
export function useTask(id: string, useWebSocket = true) {
  const heard = useLiveTask(id);
  const { connected } = useConnection();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ["task", id],
    queryFn: async () => later(await getTask(id), queries.getQueryData<TaskInfo>(["task", id])),
    refetchInterval: ({ state }) =>
      (connected && useWebSocket) || (state.data && hasEnded(state.data)) ? false : POLL_MS,
  });
  const task = useWebSocket ? later(query.data, heard) : query.data;
  return { ...query, task };
}

function later<T extends TaskInfo | undefined>(one: T, other: TaskInfo | undefined): T | TaskInfo {
  if (!one || !other) return (one ?? other) as T | TaskInfo;
  // Of two that say the same the first: it was asked for in the language that is chosen now.
  return isNewer(one, other) ? one : other;
}
