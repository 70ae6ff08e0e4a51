import { Flex } from "antd";
import { hasEnded, type TaskInfo } from "../../api/tasks";
import { useMay } from "../../state/session";
import { Replay } from "./Replay";
import { Undo } from "./Undo";

const BROKEN_OFF = new Set(["failed", "cancelled"]);
/** Kinds that have nothing to give back: the API refuses to undo them. */
const NEVER_UNDONE = new Set(["bulk", "classifier_train", "pricelist_create", "transactions_reclassify"]);

/** What one can do with a task that has ended; each says before the click what it would come to. */
export function Actions({ task }: { task: TaskInfo }) {
  const may = useMay("manager");
  if (!may || !hasEnded(task) || task.dry_run) return null;
  const unfinished = BROKEN_OFF.has(task.last_attempt?.status ?? task.status);
  const undoable = task.outcome !== "undone" && !NEVER_UNDONE.has(task.kind);
  return (
    <Flex gap="small" wrap>
      {unfinished && <Replay task={task} scope="unfinished" />}
      <Replay task={task} scope="all" />
      {undoable && <Undo task={task} />}
    </Flex>
  );
}
