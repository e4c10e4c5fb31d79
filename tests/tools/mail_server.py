"""A mail server that does as it is told, for the tests in tests/src/mails.

It listens on a free loopback port and says so ("port 40123"), then one word for everything that happens:
connected, mail, rcpt, data, content. What it takes is written into --folder, a file for each mail, the
bytes as they came. It ends when its standard input does.
"""

import argparse
import asyncio
import logging
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

MODES = [
    "ok",
    "closing",  # at the door, 421
    "busy_at_mail",  # 421 after MAIL FROM
    "greylist",  # 450 after RCPT TO
    "unknown_user",  # 550 5.1.1 after RCPT TO
    "no_relay",  # 554 5.7.1 after RCPT TO
    "refuse_content",  # 550 5.7.1 after the content
    "try_content_later",  # 451 after the content
    "cut_at_data",  # the connection ends instead of 354
    "cut_after_content",  # the mail is kept and the connection ends instead of 250
    "close_after_mail",  # an ordinary 250, and then the connection ends
    "slow_at_rcpt",  # no reply at all after RCPT TO
    "slow_after_content",  # no reply at all after the content, which is kept
    "huge_reply",  # megabytes after the content
    "inject",  # a reply too many, smuggled in before TLS begins
]


def tell(word):
    print(word, flush=True)


class Handler:
    """Replies by mode; what it takes it keeps."""

    def __init__(self, mode, folder):
        self.mode = mode
        self.folder = pathlib.Path(folder)
        self.taken = 0

    async def handle_MAIL(self, server, session, envelope, address, options):
        tell("mail")
        if self.mode == "busy_at_mail":
            return "421 4.3.2 closing"
        envelope.mail_from = address
        return "250 2.1.0 fine"

    async def handle_RCPT(self, server, session, envelope, address, options):
        tell("rcpt")
        match self.mode:
            case "greylist":
                return f"450 4.2.0 <{address}>: come back later"
            case "unknown_user":
                return f"550 5.1.1 <{address}>: no such user"
            case "no_relay":
                return f"554 5.7.1 <{address}>: relay access denied"
            case "slow_at_rcpt":
                await asyncio.Event().wait()
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        match self.mode:
            case "refuse_content":
                tell("content")
                return "550 5.7.1 not like this"
            case "try_content_later":
                tell("content")
                return "451 4.3.0 no room"
        self.keep(envelope)
        tell("content")
        match self.mode:
            case "cut_after_content":
                server.transport.abort()
            case "slow_after_content":
                await asyncio.Event().wait()
            case "huge_reply":
                server.transport.write(b"250-" + b"x" * 4_000_000 + b"\r\n")
            case "close_after_mail":
                asyncio.get_running_loop().call_soon(server.transport.close)
        return "250 2.0.0 taken"

    def keep(self, envelope):
        self.taken += 1
        name = f"{self.taken:04}"
        (self.folder / f"{name}.to").write_text("\n".join(envelope.rcpt_tos))
        unfinished = self.folder / f"{name}.part"
        unfinished.write_bytes(envelope.original_content)
        unfinished.rename(self.folder / f"{name}.eml")


class Server(SMTP):
    """The library's server where it is polite, our own words where it is not."""

    def __init__(self, handler, **options):
        super().__init__(handler, **options)
        self.mode = handler.mode

    def connection_made(self, transport):
        first = self.transport is None
        super().connection_made(transport)
        if first:
            tell("connected")

    async def push(self, status):
        if self.mode == "closing" and status.startswith("220 "):
            status = "421 4.3.2 closing"
        if self.mode == "inject" and status.startswith("220 Ready"):
            status += "\r\n250 smuggled"
        await super().push(status)

    async def smtp_DATA(self, arg):
        tell("data")
        if self.mode == "cut_at_data":
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def authenticator(user, password):
    def check(server, session, envelope, mechanism, login):
        given = (login.login.decode(), login.password.decode())
        return AuthResult(success=given == (user, password), handled=False)

    return check


async def serve(options):
    handler = Handler(options.mode, options.folder)
    tls = None
    if options.certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(options.certificate, options.key)
    starttls = options.tls == "starttls"

    def factory():
        return Server(
            handler,
            hostname="mail.example",
            ident="test",
            tls_context=tls if starttls else None,
            require_starttls=starttls,
            auth_required=bool(options.user),
            auth_require_tls=starttls,
            authenticator=authenticator(options.user, options.password),
        )

    loop = asyncio.get_running_loop()
    implicit = tls if options.tls == "implicit" else None
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=implicit)
    tell(f"port {server.sockets[0].getsockname()[1]}")
    await loop.run_in_executor(None, sys.stdin.read)


def main():
    # The library warns of itself.
    logging.disable()
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=MODES)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--tls", choices=["none", "starttls", "implicit"], default="none")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
