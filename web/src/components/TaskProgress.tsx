import { Alert, Button, Flex, Modal, Skeleton } from "antd";
import { useEffect, useRef } from "react";
import { Link } from "react-router";
import { hasEnded, type TaskInfo } from "../api/tasks";
import { useWords } from "../i18n";
import { useTask } from "../state/task";
import { Counts } from "./Counts";
import { Problem } from "./Problem";
import { Progress } from "./Progress";
import { StatusTag } from "./StatusTag";
import { StopButton } from "./StopButton";

export interface TaskProgressProps {
  taskId: string;
  title?: string;
  visible: boolean;
  onClose(): void;
  onComplete?(task: TaskInfo): void;
  useWebSocket?: boolean;
}

/** A task from its start to its end, over whatever page one is on. */
export function TaskProgress(props: TaskProgressProps) {
  const { taskId, title, visible, onClose, onComplete, useWebSocket = true } = props;
  const t = useWords();
  const { task, error, refetch } = useTask(taskId, useWebSocket);
  useCompletion(task, onComplete);
  return (
    <Modal
      open={visible}
      title={title ?? t("nav.sync")}
      onCancel={onClose}
      footer={null}
      destroyOnHidden
      width={640}
    >
      {task ? (
        <Flex vertical gap="middle">
          <Flex justify="space-between" gap="small" wrap>
            <StatusTag task={task} />
            <StopButton task={task} />
          </Flex>
          <Progress task={task} />
          <Counts counts={task.counts} />
          {task.error && <Alert type="error" showIcon title={task.error.message} />}
          <Flex justify="end" gap="small">
            <Link to={`/tasks/${task.id}`} onClick={onClose}>
              {t("task.events")}
            </Link>
            <Button onClick={onClose}>{t("task.close")}</Button>
          </Flex>
        </Flex>
      ) : (
        <Skeleton active />
      )}
      {!task && <Problem error={error} onRetry={() => void refetch()} />}
    </Modal>
  );
}

/** Tell once, when a task that was watched has ended. */
function useCompletion(task: TaskInfo | undefined, onComplete: TaskProgressProps["onComplete"]): void {
  const told = useRef<string | null>(null);
  useEffect(() => {
    if (!task || !hasEnded(task) || told.current === task.id) return;
    told.current = task.id;
    onComplete?.(task);
  }, [task, onComplete]);
}
