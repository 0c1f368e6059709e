"""A mail server on the loopback address, for the tests: one Maildir for each known name, delivery reports for others.

Usage: post_office.py FOLDER NAME... Prints its port, and serves until standard input ends.
"""

import email
import email.utils
import mailbox
import smtplib
import socket
import sys
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from aiosmtpd.controller import Controller


class PostOffice:
    def __init__(self, folder, names):
        self.boxes = {name: mailbox.Maildir(f"{folder}/{name}", create=True) for name in names}

    async def handle_DATA(self, server, session, envelope):
        for recipient in envelope.rcpt_tos:
            name = recipient.split("@")[0].split("+")[0]
            if name in self.boxes:
                self.deliver(name, envelope)
            elif envelope.mail_from:
                self.report(recipient, envelope)
        return "250 taken"

    def deliver(self, name, envelope):
        stamp = email.utils.formatdate()
        head = f"Return-Path: <{envelope.mail_from}>\r\nReceived: from [127.0.0.1] by mx.example; {stamp}\r\n"
        self.boxes[name].add(mailbox.MaildirMessage(head.encode() + envelope.original_content))

    def report(self, recipient, envelope):
        """Tells the sender that nobody of that name is here (RFC 3464)."""
        report = MIMEMultipart("report", report_type="delivery-status")
        report["From"] = "Mail Delivery System <MAILER-DAEMON@mx.example>"
        report["To"] = envelope.mail_from
        report["Subject"] = "Undelivered Mail Returned to Sender"
        report["Message-ID"] = email.utils.make_msgid(domain="mx.example")
        report["Auto-Submitted"] = "auto-replied"
        report.attach(MIMEText(f"<{recipient}>: unknown user\n"))
        report.attach(MIMEMessage(email.message_from_bytes(envelope.original_content)))
        name = envelope.mail_from.split("@")[0]
        if name in self.boxes:
            head = b"Return-Path: <>\r\n"
            self.boxes[name].add(mailbox.MaildirMessage(head + report.as_bytes()))


def main():
    folder, *names = sys.argv[1:]
    controller = None
    while controller is None:
        try:
            controller = Controller(PostOffice(folder, names), hostname="127.0.0.1", port=free_port())
            controller.start()
        except OSError:
            # Somebody else was faster to take the port.
            controller = None
    print(controller.port, flush=True)
    sys.stdin.read()
    controller.stop()


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def send(port, recipients, raw):
    """Hands a message over as sendmail does."""
    sender = email.utils.parseaddr(email.message_from_bytes(raw)["From"])[1]
    with smtplib.SMTP("127.0.0.1", int(port)) as server:
        server.sendmail(sender, recipients, raw)


if __name__ == "__main__":
    if sys.argv[1] == "send":
        send(sys.argv[2], [word for word in sys.argv[3:] if not word.startswith("-")], sys.stdin.buffer.read())
    else:
        main()
