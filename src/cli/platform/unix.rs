//! Terminals and processes on Unix.

use std::io;
use std::net::SocketAddr;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, ExitStatus};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::process::{Pid, Signal};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::{Handle, Signals};

use super::Keyboard;

/// The signals that end this program, each with the exit status that a shell gives it.
pub(in crate::cli) const ENDING: [(i32, u8); 3] = [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)];

/// Signals that would kill where an error is better: a file that grew too long.
pub(in crate::cli) const NOT_KILLING: [i32; 1] = [SIGXFSZ];

/// Signals to us on their way to a command that we run.
pub(in crate::cli) struct SignalRelay {
    signals: Option<Signals>,
    handle: Handle,
    is_alone: bool,
}

impl SignalRelay {
    /// Takes the signals over. A command that is alone leads a group of its own, with all that it starts.
    pub(in crate::cli) fn start(command: &mut Command, is_alone: bool) -> io::Result<Self> {
        let signals = Signals::new(ENDING.map(|(signal, _)| signal))?;
        if is_alone {
            command.process_group(0);
        }
        Ok(Self { handle: signals.handle(), signals: Some(signals), is_alone })
    }

    /// Passes each signal on to a process, or to its group.
    pub(in crate::cli) fn pass_to(&mut self, id: u32) -> io::Result<()> {
        let (Some(mut signals), Ok(id)) = (self.signals.take(), i32::try_from(id)) else { return Ok(()) };
        let is_alone = self.is_alone;
        let pass_on = move || signals.forever().for_each(|signal| tell(id, signal, is_alone));
        std::thread::Builder::new().spawn(pass_on).map(drop)
    }
}

impl Drop for SignalRelay {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// Passes a signal on: to the command's group, or to it alone.
fn tell(id: i32, signal: i32, is_alone: bool) {
    let (Some(process), Some(signal)) = (Pid::from_raw(id), Signal::from_named_raw(signal)) else { return };
    // One that has ended already needs none.
    let _ = match is_alone {
        true => rustix::process::kill_process_group(process, signal),
        false => rustix::process::kill_process(process, signal),
    };
}

/// The signal that ended a process.
pub(in crate::cli) fn ended_by(status: ExitStatus) -> Option<i32> {
    status.signal()
}

impl Keyboard {
    /// What it is about after so many nanoseconds at most. A terminal that is gone is told here: what reads keys
    /// would wait for it for good, and take a whole core.
    pub(in crate::cli) fn after(nanoseconds: i64) -> Self {
        let input = io::stdin();
        let mut polled = [PollFd::new(&input, PollFlags::IN)];
        let patience = Timespec { tv_sec: 0, tv_nsec: nanoseconds };
        // A signal ends the wait, too.
        let Ok(1..) = rustix::event::poll(&mut polled, Some(&patience)) else { return Self::Silent };
        let [polled] = polled;
        if polled.revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Self::Gone;
        }
        Self::Typed
    }
}

/// Programs that open an address in the user's browser, with what stands before it, in the order to try them.
pub(in crate::cli) const OPENERS: &[(&str, &[&str])] = &[("xdg-open", &[]), ("open", &[])];

/// How often a connection is looked for.
const LOOKS: usize = 20;

/// True where a connection from this machine was made by a program of this user. On Linux the system lists each end of a
/// connection with its user (proc(5), /proc/net/tcp and tcp6); elsewhere, and where there is no such list, every one is taken.
pub(in crate::cli) fn is_own_connection(peer: SocketAddr) -> bool {
    let SocketAddr::V4(peer) = peer else { return true };
    // As the kernel prints them: the address as a number of this machine, both in hexadecimal digits. A program that speaks
    // IPv6 reaches an address of IPv4 by one of IPv6 that ends with it.
    let address = format!("{:08X}:{:04X}", u32::from_ne_bytes(peer.ip().octets()), peer.port());
    let mapped = format!("{:016X}{:08X}{address}", 0, u32::from_ne_bytes([0, 0, 0xff, 0xff]));
    let own = rustix::process::getuid().as_raw().to_string();
    // The list is no picture of one moment: while connections come and go, a line can be left out of it.
    for _ in 0..LOOKS {
        let Ok(listed) = std::fs::read_to_string("/proc/net/tcp") else { return true };
        let listed_6 = std::fs::read_to_string("/proc/net/tcp6").unwrap_or_default();
        if let Some(user) = user_of(&listed, &address).or_else(|| user_of(&listed_6, &mapped)) {
            return user == own;
        }
    }
    false
}

/// The user of the end of a connection that has this address, as the system lists it.
fn user_of<'a>(listed: &'a str, address: &str) -> Option<&'a str> {
    let mut ends = listed.lines().map(|line| line.split_whitespace().skip(1));
    let mut words = ends.find_map(|mut words| (words.next() == Some(address)).then_some(words))?;
    words.nth(5)
}
