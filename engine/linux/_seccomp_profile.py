"""The default seccomp profile: which system calls a container may make.

An allow-list with the meaning of Docker's default profile: what is not named here fails with EPERM.
A name that an architecture lacks is skipped there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.linux.capabilities import Capability


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentTest:
    """Allows a call by one 32-bit argument: `member` says if `argument & mask` must be in `values`.

    The kernel reads these arguments as 32-bit integers, so that the upper half must not count: a
    family of 2**32 + AF_VSOCK opens a vsock.
    """

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFF_FFFF
    member: bool = True


# What a program without privilege does with files and folders.
_FILES: Final = """
access chdir chmod chown chown32 close close_range copy_file_range creat dup dup2 dup3 faccessat
faccessat2 fadvise64 fadvise64_64 arm_fadvise64_64 fallocate fchdir fchmod fchmodat fchmodat2 fchown
fchown32 fchownat fcntl fcntl64 fdatasync flock fstat fstat64 fstatat64 fstatfs fstatfs64 fsync
ftruncate ftruncate64 futimesat getcwd getdents getdents64 ioctl lchown lchown32 link linkat
_llseek lseek lstat lstat64 mkdir mkdirat mknod mknodat name_to_handle_at newfstatat open openat
openat2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv
rename renameat renameat2 rmdir sendfile sendfile64 splice stat stat64 statfs statfs64 statx symlink
symlinkat sync sync_file_range arm_sync_file_range syncfs tee truncate truncate64 umask unlink
unlinkat utime utimensat utimensat_time64 utimes vmsplice write writev
"""
_EXTENDED_ATTRIBUTES: Final = """
fgetxattr flistxattr fremovexattr fsetxattr getxattr getxattrat lgetxattr listxattr listxattrat
llistxattr lremovexattr lsetxattr removexattr removexattrat setxattr setxattrat
"""
_WAITING_FOR_EVENTS: Final = """
epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait
epoll_wait_old eventfd eventfd2 fanotify_mark inotify_add_watch inotify_init inotify_init1
inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup
io_submit _newselect poll ppoll ppoll_time64 pselect6 pselect6_time64 select signalfd signalfd4
timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64
"""
_MEMORY: Final = """
brk cachestat madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2
mlockall mmap mmap2 mprotect mremap mseal msync munlock munlockall munmap pkey_alloc pkey_free
pkey_mprotect process_mrelease remap_file_pages
"""
_PROCESSES: Final = """
alarm arch_prctl breakpoint cacheflush execve execveat exit exit_group fork getcpu getitimer getpgid
getpgrp getpid getppid getpriority getrlimit getrusage getsid get_thread_area gettid ioprio_get
ioprio_set modify_ldt pause pidfd_open prctl prlimit64 process_vm_readv process_vm_writev ptrace
restart_syscall rseq sched_getaffinity sched_getattr sched_getparam sched_get_priority_max
sched_get_priority_min sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64
sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield set_robust_list
get_robust_list setitimer setpgid setpriority setrlimit setsid set_thread_area set_tid_address
set_tls sysinfo times ugetrlimit uname vfork wait4 waitid waitpid
"""
# The kernel itself plants these in a program that the host traces; refused, they would crash it.
_PROBES: Final = "uprobe uretprobe"
_SIGNALS: Final = """
kill pidfd_send_signal rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn
rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack sigprocmask
sigreturn tgkill tkill
"""
# Raising one's rights with these takes capabilities, which the kernel checks.
_IDENTITY: Final = """
capget capset getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getresgid
getresgid32 getresuid getresuid32 getuid getuid32 setfsgid setfsgid32 setfsuid setfsuid32 setgid
setgid32 setgroups setgroups32 setregid setregid32 setresgid setresgid32 setresuid setresuid32
setreuid setreuid32 setuid setuid32
"""
_TIME: Final = """
adjtimex clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime
clock_gettime64 clock_nanosleep clock_nanosleep_time64 gettimeofday nanosleep time timer_create
timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64
"""
_BETWEEN_PROCESSES: Final = """
futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake ipc mq_getsetattr mq_notify
mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink msgctl
msgget msgrcv msgsnd pipe pipe2 semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt
shmget
"""
_NETWORK: Final = """
accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg
recvmmsg_time64 recvmsg send sendmmsg sendmsg sendto setsockopt shutdown socketcall socketpair
"""
# Confining oneself further, and looking at what is mounted.
_CONFINEMENT: Final = """
getrandom landlock_add_rule landlock_create_ruleset landlock_restrict_self listmount seccomp
statmount
"""

ALLOWED: Final = frozenset(
    " ".join(
        (
            _FILES,
            _EXTENDED_ATTRIBUTES,
            _WAITING_FOR_EVENTS,
            _MEMORY,
            _PROCESSES,
            _PROBES,
            _SIGNALS,
            _IDENTITY,
            _TIME,
            _BETWEEN_PROCESSES,
            _NETWORK,
            _CONFINEMENT,
        )
    ).split()
)

ALLOWED_WITH: Final[dict[Capability, tuple[str, ...]]] = {
    Capability.BPF: ("bpf",),
    Capability.DAC_READ_SEARCH: ("open_by_handle_at",),
    Capability.PERFMON: ("perf_event_open",),
    Capability.SYS_ADMIN: (
        "bpf",
        "clone",
        "clone3",
        "fanotify_init",
        "fsconfig",
        "fsmount",
        "fsopen",
        "fspick",
        "lookup_dcookie",
        "lsm_get_self_attr",
        "lsm_list_modules",
        "lsm_set_self_attr",
        "mount",
        "mount_setattr",
        "move_mount",
        "open_tree",
        "perf_event_open",
        "quotactl",
        "quotactl_fd",
        "setdomainname",
        "sethostname",
        "setns",
        "syslog",
        "umount",
        "umount2",
        "unshare",
    ),
    Capability.SYS_BOOT: ("reboot",),
    Capability.SYS_CHROOT: ("chroot",),
    Capability.SYS_MODULE: ("delete_module", "finit_module", "init_module"),
    Capability.SYS_NICE: ("get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node"),
    Capability.SYS_PACCT: ("acct",),
    Capability.SYS_PTRACE: ("kcmp", "pidfd_getfd", "process_madvise"),
    Capability.SYS_RAWIO: ("ioperm", "iopl"),
    Capability.SYS_TIME: ("clock_settime", "clock_settime64", "settimeofday", "stime"),
    Capability.SYS_TTY_CONFIG: ("vhangup",),
    Capability.SYSLOG: ("syslog",),
}

_AF_ALG: Final = 38
_AF_VSOCK: Final = 40
# Every CLONE_NEW* flag that clone(2) knows.
_NEW_NAMESPACES: Final = 0x7E02_0000

ALLOWED_BY_ARGUMENT: Final = {
    # Kernel crypto has been the way to too many exploits; a vsock leads past every network
    # namespace to the hypervisor.
    "socket": ArgumentTest(argument=0, values=(_AF_ALG, _AF_VSOCK), member=False),
    # PER_LINUX and PER_LINUX32, each with or without UNAME26, and the question for the current one.
    "personality": ArgumentTest(argument=0, values=(0, 0x8, 0x2_0000, 0x2_0008, 0xFFFF_FFFF)),
    # No new namespaces: a user namespace opens kernel code that only root should reach.
    "clone": ArgumentTest(argument=0, mask=_NEW_NAMESPACES, values=(0,)),
}

NOT_IMPLEMENTED: Final = frozenset(
    {
        # Its flags lie in memory, where a filter cannot look; on ENOSYS libc takes clone(2).
        "clone3",
    }
)
