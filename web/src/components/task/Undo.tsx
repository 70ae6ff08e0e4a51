import { RollbackOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Flex, Modal, Skeleton } from "antd";
import { useState } from "react";
import { previewUndo, undo } from "../../api/again";
import type { TaskInfo } from "../../api/tasks";
import { useWords } from "../../i18n";
import { useFormat } from "../../state/format";
import { Problem } from "../Problem";
import { UndoForeseen } from "./UndoForeseen";

/** Takes back what a task has written, once the reader has seen what exactly that would be. */
export function Undo({ task }: { task: TaskInfo }) {
  const t = useWords();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const [force, setForce] = useState(false);
  const preview = useQuery({
    queryKey: ["undo", task.id, task.position, force],
    queryFn: () => previewUndo(task.id, force),
    enabled: open,
    // What others change meanwhile counts: each look is a new one.
    staleTime: 0,
    placeholderData: (before) => before,
  });
  const asking = useMutation({ mutationFn: () => undo(task.id, force), onSuccess: () => setOpen(false) });
  const found = preview.data;
  const rows = found ? found.removed + found.restored : 0;
  const word = t("repair.undo");
  return (
    <>
      <Button
        danger
        icon={<RollbackOutlined />}
        onClick={() => {
          asking.reset();
          setOpen(true);
        }}
      >
        {word}
      </Button>
      <Modal
        open={open}
        title={word}
        okText={rows > 0 ? `${word} (${format.number(rows)})` : word}
        okButtonProps={{ danger: true, disabled: !found?.possible || preview.isFetching || rows === 0 }}
        cancelText={t("repair.no")}
        confirmLoading={asking.isPending}
        onOk={() => asking.mutate()}
        onCancel={() => setOpen(false)}
        width={680}
        destroyOnHidden
      >
        <Flex vertical gap="middle">
          {!found && !preview.error && <Skeleton active />}
          {found && !found.possible && <Alert type="warning" showIcon title={found.message} />}
          {found?.possible && <UndoForeseen preview={found} />}
          {found?.possible && (force || found.conflicts > 0) && (
            <Checkbox checked={force} onChange={(event) => setForce(event.target.checked)}>
              {t("repair.force")}
            </Checkbox>
          )}
          <Problem error={preview.error ?? asking.error} />
        </Flex>
      </Modal>
    </>
  );
}
