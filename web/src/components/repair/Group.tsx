import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Flex, Skeleton } from "antd";
import { useRef } from "react";
import { listRejects, type Reject, type RejectGroup } from "../../api/rejects";
import { hasEnded, type TaskInfo } from "../../api/tasks";
import { useWords } from "../../i18n";
import { useMay } from "../../state/session";
import { Problem } from "../Problem";
import { RowEditor } from "./RowEditor";
import { SameForAll } from "./SameForAll";

interface Props {
  task: TaskInfo;
  group: RejectGroup;
  /** The first row has the cursor at once. */
  typing: boolean;
  onChanged(): void;
  /** Its last row is done. */
  onEnd(): void;
}

/** The rows of one cause; Enter in one corrects it and goes on to the next. */
export function Group({ task, group, typing, onChanged, onEnd }: Props) {
  const t = useWords();
  const mayEdit = useMay("manager") && hasEnded(task) && !task.dry_run;
  const queries = useQueryClient();
  const list = useRef<HTMLDivElement>(null);
  const key = ["rejects", task.id, group.fingerprint, task.attempt, task.status];
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => listRejects(task.id, group.fingerprint, pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor,
  });
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const changed = () => {
    void queries.invalidateQueries({ queryKey: key });
    onChanged();
  };
  const goOn = (row: Reject) => {
    const inputs = [...(list.current?.querySelectorAll<HTMLInputElement>("input[data-row]") ?? [])];
    const own = inputs.findIndex((input) => input.dataset.row === String(row.row_no));
    const next = inputs[own + 1];
    if (next) next.focus();
    else if (!query.hasNextPage) onEnd();
  };
  return (
    <Flex vertical gap="middle" ref={list}>
      <Problem error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending && !query.error && <Skeleton active />}
      {mayEdit && group.rows > 1 && group.field !== null && (
        <SameForAll task={task} group={group} field={group.field} onChanged={changed} />
      )}
      {rows.map((row, place) => (
        <RowEditor
          key={`${row.attempt}:${row.row_no}`}
          taskId={task.id}
          row={row}
          mayEdit={mayEdit}
          typing={typing && place === 0}
          onCorrected={changed}
          onGoOn={() => goOn(row)}
        />
      ))}
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("tasks.more")}
        </Button>
      )}
    </Flex>
  );
}
