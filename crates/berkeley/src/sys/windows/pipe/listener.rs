//! The server's side: an instance of the pipe that the next client is to have.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use windows_sys::Win32::Foundation::{ERROR_NO_DATA, ERROR_PIPE_CONNECTED, HANDLE};
use windows_sys::Win32::System::IO::OVERLAPPED;
use windows_sys::Win32::System::Pipes::ConnectNamedPipe;

use super::event::Event;
use super::file::{self, File};
use super::stream::Stream;
use super::underway::Underway;
use super::{Result, is};
use crate::error::{Errno, Operation};
use crate::ready::Ready;
use crate::sys::{PipeSettings, check};

/// How long a drop waits for the system to have let go of what was cancelled; it does so at once.
const LETTING_GO: Duration = Duration::from_secs(1);

/// How often room is looked for where there is none.
const RETRY: Duration = Duration::from_millis(50);

/// What says that the client was there before anybody waited for it, or has even gone again.
const THERE: [u32; 2] = [ERROR_PIPE_CONNECTED, ERROR_NO_DATA];

#[derive(Debug)]
pub(crate) struct Listener {
    name: Vec<u16>,
    settings: PipeSettings,
    /// This, for instances whose end makes room for another.
    itself: Weak<Listener>,
    /// The instance that waits for a client, or has one that nobody has accepted. There is none while the pipe has as
    /// many as it may.
    instance: Mutex<Option<Arc<File>>>,
    connecting: Arc<Underway>,
}

impl Listener {
    /// Makes the first instance; `name` ends with NUL.
    pub(crate) fn bind(name: Vec<u16>, settings: PipeSettings) -> Result<Arc<Self>> {
        let connecting = Underway::new()?;
        let first = File::create(&name, settings)?;
        let settings = PipeSettings { is_first: false, ..settings };
        let listener = Arc::new_cyclic(|itself| Self {
            name,
            settings,
            itself: Weak::clone(itself),
            instance: Mutex::new(None),
            connecting,
        });
        listener.connect(&mut listener.lock(), first)?;
        Ok(listener)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<File>>> {
        self.instance.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a client with an instance that has none.
    fn connect(&self, instance: &mut Option<Arc<File>>, file: File) -> Result<()> {
        let file = Arc::new(file);
        let mut state = self.connecting.lock();
        let call = |handle: HANDLE, _: &[u8], overlapped: *mut OVERLAPPED| {
            // SAFETY: `begin` gives what is writable until the operation has completed.
            unsafe { ConnectNamedPipe(handle, overlapped) }
        };
        // SAFETY: the state is the operation's own; it has completed when the last client was accepted, or is the first.
        unsafe { self.connecting.begin(&mut state, &file, call) };
        match state.failed {
            Some(errno) if !is_there(errno) => {
                self.connecting.idle().reset();
                Err(errno)
            }
            _ => {
                *instance = Some(file);
                Ok(())
            }
        }
    }

    /// Makes the instance for the next client, if there is none.
    fn prepare(&self, instance: &mut Option<Arc<File>>) -> Result<()> {
        if instance.is_some() {
            return Ok(());
        }
        let file = File::create(&self.name, self.settings)?;
        self.connect(instance, file)
    }

    /// Makes room for the next client when one has gone.
    pub(super) fn replenish(&self) {
        self.prepare_or_tell(&mut self.lock());
    }

    /// As `prepare`; what that fails of is told by the next accept, which whoever waits is to make.
    fn prepare_or_tell(&self, instance: &mut Option<Arc<File>>) {
        if self.prepare(instance).is_err_and(|errno| !file::is_busy(errno)) {
            self.connecting.idle().set();
        }
    }

    /// Waits for a client; `None` if none has come after `limit`, or less.
    pub(crate) fn accept(&self, limit: Option<Duration>) -> Result<Option<Stream>> {
        check(Operation::Accept)?;
        for limit in [limit, Some(Duration::ZERO)] {
            if let Some(file) = self.take()? {
                return Stream::new(file).map(Some);
            }
            if !self.connecting.idle().wait(self.patience(limit)) {
                break;
            }
        }
        Ok(None)
    }

    /// Limits a wait for room: of instances that other listeners of the name have, nobody tells.
    fn patience(&self, limit: Option<Duration>) -> Option<Duration> {
        let is_full = self.lock().is_none();
        if is_full { Some(limit.map_or(RETRY, |limit| limit.min(RETRY))) } else { limit }
    }

    /// Takes the instance that has a client, and makes the next.
    fn take(&self) -> Result<Option<Arc<File>>> {
        let mut instance = self.lock();
        match self.prepare(&mut instance) {
            Err(errno) if file::is_busy(errno) => return Ok(None),
            prepared => prepared?,
        }
        let failed = {
            let state = self.connecting.lock();
            if state.is_pending() {
                return Ok(None);
            }
            state.failed.filter(|errno| !is_there(*errno))
        };
        let taken = instance.take();
        if let (Some(taken), Some(_)) = (&taken, self.settings.instances) {
            taken.set_door(Weak::clone(&self.itself));
        }
        // Until there is another, nobody can come.
        self.connecting.idle().reset();
        self.prepare_or_tell(&mut instance);
        // An instance that is closed makes room, for which it needs the lock.
        drop(instance);
        failed.map_or(Ok(taken), Err)
    }

    pub(super) fn ready(&self, _: Ready) -> Ready {
        let mut instance = self.lock();
        match self.prepare(&mut instance) {
            Err(errno) if file::is_busy(errno) => Ready::empty(),
            Err(_) => Ready::READABLE | Ready::ERROR,
            Ok(()) if self.connecting.lock().is_pending() => Ready::empty(),
            Ok(()) => Ready::READABLE,
        }
    }

    pub(super) fn arrival(&self) -> &Event {
        self.connecting.idle()
    }
}

/// The name is free when this returns, but for what clients have been accepted.
impl Drop for Listener {
    fn drop(&mut self) {
        if self.lock().is_some() {
            self.connecting.cancel();
            self.connecting.idle().wait(Some(LETTING_GO));
        }
    }
}

fn is_there(errno: Errno) -> bool {
    THERE.iter().any(|number| is(errno, *number))
}
