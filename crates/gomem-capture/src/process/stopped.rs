//! A process that is made to stand still, until it is let go.

use std::{
    collections::BTreeSet,
    fs::File,
    io::IoSliceMut,
    os::unix::fs::FileExt,
    thread,
    time::{Duration, Instant},
};

use gomem_heap::StoppedMemory;
use nix::{
    errno::Errno,
    sys::{
        ptrace,
        uio::{RemoteIoVec, process_vm_readv},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::Pid,
};
use procfs::process::Process;

use crate::{error::Error, process::notes::registers};

/// A process all of whose threads stand still. They go on when it is dropped, and also when this program ends in any other way.
#[derive(Debug)]
pub(super) struct Stopped {
    threads: BTreeSet<i32>,
    since: Instant,
}

/// The memory of a process.
#[derive(Debug)]
pub(super) struct ProcessMemory {
    pid: Pid,
    /// `/proc/PID/mem`: it is slower, since all goes through one page in the kernel, and reads what the process itself may not.
    file: File,
}

impl Stopped {
    pub(super) fn new(process: &Process) -> Result<Self, Error> {
        let mut stopped = Self { threads: BTreeSet::new(), since: Instant::now() };
        // Threads that run may start others.
        loop {
            let before = stopped.threads.len();
            for task in process.tasks().map_err(|problem| Error::process(process.pid, &problem))?.flatten() {
                if !stopped.threads.contains(&task.tid) {
                    stopped.stop(process.pid, task.tid)?;
                }
            }
            if stopped.threads.len() == before {
                return if before == 0 { Err(Error::NoProcess { pid: process.pid }) } else { Ok(stopped) };
            }
        }
    }

    fn stop(&mut self, pid: i32, thread: i32) -> Result<(), Error> {
        let refused = |errno: Errno| Error::Stop { pid, reason: reason(errno) };
        match ptrace::seize(Pid::from_raw(thread), ptrace::Options::empty()) {
            // It has ended by now.
            Err(Errno::ESRCH) => return Ok(()),
            result => result.map_err(refused)?,
        }
        self.threads.insert(thread);
        match ptrace::interrupt(Pid::from_raw(thread)) {
            Err(Errno::ESRCH) => {}
            result => result.map_err(refused)?,
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            match waitpid(Pid::from_raw(thread), Some(WaitPidFlag::__WALL | WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::StillAlive) if Instant::now() < deadline => thread::sleep(Duration::from_micros(50)),
                Ok(WaitStatus::StillAlive) => {
                    return Err(Error::Stop { pid, reason: "a thread does not stop".to_owned() });
                }
                Ok(WaitStatus::Exited(..) | WaitStatus::Signaled(..)) | Err(Errno::ECHILD) => {
                    self.threads.remove(&thread);
                    return Ok(());
                }
                // A signal came in between: it is the program's, and not to be lost.
                Ok(WaitStatus::Stopped(_, signal)) => match ptrace::cont(Pid::from_raw(thread), signal) {
                    Err(Errno::ESRCH) => {}
                    result => result.map_err(refused)?,
                },
                Ok(_) => return Ok(()),
                Err(errno) => return Err(refused(errno)),
            }
        }
    }

    /// The threads and their registers, as a core has them.
    pub(super) fn registers(&self) -> Vec<(i32, Vec<u64>)> {
        let of = |thread: &i32| Some((*thread, registers(Pid::from_raw(*thread))?));
        self.threads.iter().filter_map(of).collect()
    }

    /// Lets it go; gives how long it stood still.
    pub(super) fn release(self) -> Duration {
        let since = self.since;
        drop(self);
        since.elapsed()
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        for thread in &self.threads {
            let _ = ptrace::detach(Pid::from_raw(*thread), None);
        }
    }
}

impl ProcessMemory {
    pub(super) fn new(pid: i32, file: File) -> Self {
        Self { pid: Pid::from_raw(pid), file }
    }

    /// Reads directly, as far as that goes, and gives how much that was.
    fn read_directly(&self, address: u64, into: &mut [u8]) -> usize {
        let Ok(base) = usize::try_from(address) else { return 0 };
        let len = into.len();
        process_vm_readv(self.pid, &mut [IoSliceMut::new(into)], &[RemoteIoVec { base, len }]).unwrap_or_default()
    }
}

impl StoppedMemory for ProcessMemory {
    fn read(&self, address: u64, into: &mut [u8]) -> bool {
        let read = self.read_directly(address, into);
        match into.get_mut(read..) {
            Some([]) => true,
            Some(rest) => self.file.read_exact_at(rest, address.saturating_add(read as u64)).is_ok(),
            None => false,
        }
    }
}

/// Why a process may not be stopped, and what to do.
fn reason(errno: Errno) -> String {
    if errno != Errno::EPERM {
        return errno.desc().to_owned();
    }
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").unwrap_or_default();
    let yama = match scope.trim() {
        "" | "0" => String::new(),
        scope => format!(", and kernel.yama.ptrace_scope is {scope}"),
    };
    format!(
        "not permitted: it may be another user's, or a debugger's{yama}; run as root or with CAP_SYS_PTRACE, in a container with \
         the process's PID namespace"
    )
}

/// How long a thread may take to stop: one in the kernel stops when its call ends.
const PATIENCE: Duration = Duration::from_secs(5);
