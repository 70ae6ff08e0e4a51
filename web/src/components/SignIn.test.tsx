import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { session } from "../api/session";
import { answering, problem, shown } from "../testing/page";
import { SignIn } from "./SignIn";

const TOKEN = "POST /api/v1/auth/token";

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

async function signIn(): Promise<void> {
  await userEvent.type(screen.getByLabelText("User"), "manager");
  await userEvent.type(screen.getByLabelText("Password"), "secret");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
}

test("who is known gets a session", async () => {
  const asked = answering({ [TOKEN]: { access_token: "t", token_type: "bearer", expires_in: 60 } });
  shown(<SignIn expired={false} />);
  await signIn();
  await vi.waitFor(() => expect(session.current()?.token).toBe("t"), { timeout: 20_000 });
  expect(asked[0]?.body).toBe("username=manager&password=secret");
  expect(screen.queryByText(/Your session has ended/)).toBeNull();
});

test("a wrong password says where the first one was written", async () => {
  answering({ [TOKEN]: problem(401, "Wrong name or password") });
  shown(<SignIn expired={false} />);
  await signIn();
  expect(await screen.findByText("Wrong name or password")).toBeInTheDocument();
  expect(screen.getByText(/\.tidemark\/credentials\.json/)).toBeInTheDocument();
  expect(session.current()).toBeNull();
});

test("a server that does not answer is no wrong password", async () => {
  answering({});
  shown(<SignIn expired={false} />);
  await signIn();
  expect(await screen.findByText("The server does not answer. Is it running?")).toBeInTheDocument();
  expect(screen.queryByText(/credentials\.json/)).toBeNull();
});

test("whose session has ended is told so", () => {
  shown(<SignIn expired />);
  expect(screen.getByText(/Your session has ended/)).toBeInTheDocument();
});
