import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Flex, Timeline, Typography } from "antd";
import { answered, client } from "../api/client";
import type { components } from "../api/schema";
import { hasEnded, type TaskInfo } from "../api/tasks";
import { useWords } from "../i18n";
import { useFormat } from "../state/format";
import { folded, useTold } from "../state/story";
import { Problem } from "./Problem";

export type Happened = components["schemas"]["EventInfo"];
const A_PAGE = 100;

/** What happened, in the order of the log: when, because of whom. Batches in a row are one line. */
export function Story({ task }: { task: TaskInfo }) {
  const t = useWords();
  const format = useFormat();
  const told = useTold();
  const query = useInfiniteQuery({
    queryKey: ["events", task.id, task.status, task.attempt],
    queryFn: ({ pageParam }) =>
      answered(
        client.GET("/api/v1/tasks/{task_id}/events", {
          params: {
            path: { task_id: task.id },
            query: { limit: A_PAGE, ...(pageParam && { cursor: pageParam }) },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor,
    enabled: hasEnded(task) || task.attempt > 0,
  });
  const events = folded(query.data?.pages.flatMap((page) => page.items) ?? []);
  return (
    <section>
      <Typography.Title level={4}>{t("task.events")}</Typography.Title>
      <Problem error={query.error} />
      <Timeline
        items={events.map((event) => ({
          key: event.position,
          content: (
            <Flex vertical>
              <span>{told.what(event)}</span>
              <Typography.Text type="secondary">
                {format.moment(event.time)} · {told.who(event)}
              </Typography.Text>
            </Flex>
          ),
        }))}
      />
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("event.more")}
        </Button>
      )}
    </section>
  );
}
