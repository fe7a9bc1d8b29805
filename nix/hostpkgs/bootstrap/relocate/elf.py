"""Reads and edits the dynamic part of 64-bit little-endian ELF files.

Only what relocation needs: the program interpreter, DT_NEEDED, DT_SONAME and
DT_RPATH/DT_RUNPATH. New strings do not fit where the old ones are, so they go
into a segment of their own at the end of the file. Its program header takes
the place of a PT_NOTE, which nothing needs at run time, or of a library's
PT_PHDR (LLD writes libraries without notes): the table itself stays where it
is, and so does everything else in the file.
"""

import os
import struct

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE, PT_PHDR = 1, 2, 3, 4, 6
PF_R, PF_W = 4, 2
DT_NULL, DT_NEEDED, DT_STRTAB, DT_STRSZ = 0, 1, 5, 10
DT_SONAME, DT_RPATH, DT_RUNPATH = 14, 15, 29

FILE_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
SECTION_HEADER = struct.Struct("<IIQQQQIIQQ")
DYNAMIC_ENTRY = struct.Struct("<qQ")


class ElfError(Exception):
    """The file is ELF, but not of a kind that this module can edit."""


def is_elf(path):
    """Whether the file starts like a 64-bit little-endian ELF file."""
    try:
        with open(path, "rb") as file:
            return file.read(6) == b"\x7fELF\x02\x01"
    except OSError:
        return False


class Elf:
    """One ELF file in memory; `save` writes it back."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.data = bytearray(file.read())
        header = FILE_HEADER.unpack_from(self.data)
        self.type, self.machine = header[1], header[2]
        self.segment_table, self.section_table = header[5], header[6]
        self.segment_count = header[10]
        self.section_size, self.section_count = header[11], header[12]
        self.segments = [
            list(PROGRAM_HEADER.unpack_from(self.data, self._segment_offset(index)))
            for index in range(self.segment_count)
        ]
        self.dynamic = self._read_dynamic()

    def _segment_offset(self, index):
        return self.segment_table + index * PROGRAM_HEADER.size

    def _find_segment(self, kind):
        return next((s for s in self.segments if s[0] == kind), None)

    def _read_dynamic(self):
        segment = self._find_segment(PT_DYNAMIC)
        if segment is None:
            return []
        entries = []
        offset, size = segment[2], segment[5]
        for position in range(offset, offset + size, DYNAMIC_ENTRY.size):
            entry = DYNAMIC_ENTRY.unpack_from(self.data, position)
            entries.append(entry)
            if entry[0] == DT_NULL:
                break
        return entries

    def _offset_of(self, address):
        for kind, _, offset, virtual, _, file_size, _, _ in self.segments:
            if kind == PT_LOAD and virtual <= address < virtual + file_size:
                return offset + address - virtual
        raise ElfError(f"{self.path}: no segment holds address {address:#x}")

    def _value(self, tag):
        return next((value for key, value in self.dynamic if key == tag), None)

    def _string_table(self):
        start = self._offset_of(self._value(DT_STRTAB))
        return bytes(self.data[start : start + self._value(DT_STRSZ)])

    def _strings(self, *tags):
        if not self.dynamic or self._value(DT_STRTAB) is None:
            return []
        table = self._string_table()
        return [
            table[value : table.index(b"\0", value)].decode()
            for tag, value in self.dynamic
            if tag in tags
        ]

    @property
    def is_dynamic(self):
        return bool(self.dynamic) and self._value(DT_STRTAB) is not None

    @property
    def needed(self):
        """The names of the libraries that the dynamic loader must find."""
        return self._strings(DT_NEEDED)

    @property
    def soname(self):
        names = self._strings(DT_SONAME)
        return names[0] if names else None

    @property
    def rpath(self):
        """The folders of DT_RPATH or DT_RUNPATH, `$ORIGIN` not expanded."""
        return [d for text in self._strings(DT_RPATH, DT_RUNPATH) for d in text.split(":") if d]

    @property
    def interpreter(self):
        segment = self._find_segment(PT_INTERP)
        if segment is None:
            return None
        return bytes(self.data[segment[2] : segment[2] + segment[5]]).rstrip(b"\0").decode()

    def shrink_rpath(self, rpath):
        """Writes a shorter search path over the old one; the old text is erased.

        Returns False where the new one does not fit.
        """
        new = ":".join(rpath).encode()
        start = self._offset_of(self._value(DT_STRTAB))
        for tag, value in self.dynamic:
            if tag in (DT_RPATH, DT_RUNPATH):
                old_end = self.data.index(b"\0", start + value)
                length = old_end - (start + value)
                if len(new) > length:
                    return False
                self.data[start + value : old_end] = new.ljust(length, b"\0")
        return True

    def edit(self, interpreter=None, rpath=None, add_needed=()):
        """Sets the interpreter and search path and puts libraries first in DT_NEEDED."""
        if not self.is_dynamic:
            raise ElfError(f"{self.path}: not dynamically linked")
        victim = self._expendable_segment()
        alignment = max(s[7] for s in self.segments if s[0] == PT_LOAD)
        alignment = max(alignment, 0x1000)
        address = _align(max(s[3] + s[6] for s in self.segments if s[0] == PT_LOAD), alignment)
        offset = _align(len(self.data), alignment)

        strings = bytearray(self._string_table())

        def intern(text):
            position = len(strings)
            strings.extend(text.encode() + b"\0")
            return position

        entries = [e for e in self.dynamic if e[0] != DT_NULL]
        if rpath is not None:
            entries = [e for e in entries if e[0] not in (DT_RPATH, DT_RUNPATH)]
            if rpath:
                # DT_RPATH, not DT_RUNPATH: it also counts for what the
                # program opens by dlopen and for its libraries' libraries.
                entries.append((DT_RPATH, intern(":".join(rpath))))
        new_needed = [n for n in add_needed if n not in self.needed]
        entries = [(DT_NEEDED, intern(name)) for name in new_needed] + entries

        blob = bytearray()
        strings_address = address
        blob += strings
        _pad(blob, 16)
        entries = [
            (tag, strings_address)
            if tag == DT_STRTAB
            else (tag, len(strings))
            if tag == DT_STRSZ
            else (tag, value)
            for tag, value in entries
        ]
        entries.append((DT_NULL, 0))
        packed = b"".join(DYNAMIC_ENTRY.pack(*e) for e in entries)

        dynamic_segment = self._find_segment(PT_DYNAMIC)
        if len(packed) <= dynamic_segment[5]:
            start, size = dynamic_segment[2], dynamic_segment[5]
            self.data[start : start + size] = packed.ljust(size, b"\0")
            flags = PF_R
        else:
            # The loader writes into it (DT_DEBUG), so the segment is writable.
            old = dynamic_segment[2:6]
            dynamic_segment[2] = offset + len(blob)
            dynamic_segment[3] = dynamic_segment[4] = address + len(blob)
            dynamic_segment[5] = dynamic_segment[6] = len(packed)
            self._move_section(old[0], dynamic_segment[2], dynamic_segment[3], len(packed))
            blob += packed
            _pad(blob, 16)
            flags = PF_R | PF_W

        interpreter_segment = self._find_segment(PT_INTERP)
        if interpreter is not None and interpreter_segment is not None:
            text = interpreter.encode() + b"\0"
            old_offset = interpreter_segment[2]
            interpreter_segment[2] = offset + len(blob)
            interpreter_segment[3] = interpreter_segment[4] = address + len(blob)
            interpreter_segment[5] = interpreter_segment[6] = len(text)
            self._move_section(old_offset, interpreter_segment[2], interpreter_segment[3], len(text))
            blob += text
            _pad(blob, 16)

        old_strings = self._offset_of(self._value(DT_STRTAB))
        self._move_section(old_strings, offset, strings_address, len(strings))
        self.segments.remove(victim)
        # The loader wants the PT_LOADs in the order of their addresses.
        last_load = max(i for i, s in enumerate(self.segments) if s[0] == PT_LOAD)
        self.segments.insert(
            last_load + 1, [PT_LOAD, flags, offset, address, address, len(blob), len(blob), alignment]
        )
        self.data.extend(b"\0" * (offset - len(self.data)))
        self.data += blob
        for index, segment in enumerate(self.segments):
            PROGRAM_HEADER.pack_into(self.data, self._segment_offset(index), *segment)
        self.dynamic = self._read_dynamic()

    def _expendable_segment(self):
        """A note; or where a library's program headers are, which the loader knows anyway."""
        kinds = [PT_NOTE] if self.interpreter else [PT_NOTE, PT_PHDR]
        for kind in kinds:
            segment = self._find_segment(kind)
            if segment is not None:
                return segment
        raise ElfError(f"{self.path}: no program header to spare")

    def _move_section(self, old_offset, offset, address, size):
        """Keeps the section table true for strip, readelf and debuggers."""
        for index in range(self.section_count):
            position = self.section_table + index * self.section_size
            if position + SECTION_HEADER.size > len(self.data):
                return
            section = list(SECTION_HEADER.unpack_from(self.data, position))
            # 8 is SHT_NOBITS, which has no bytes in the file.
            if section[4] == old_offset and section[5] and section[1] != 8:
                section[3], section[4], section[5] = address, offset, size
                SECTION_HEADER.pack_into(self.data, position, *section)
                return

    def save(self, path=None):
        target = path or self.path
        mode = os.stat(self.path).st_mode & 0o777
        temporary = f"{target}.edited"
        with open(temporary, "wb") as file:
            file.write(self.data)
        os.chmod(temporary, mode | 0o200)
        os.replace(temporary, target)


def _align(value, alignment):
    return (value + alignment - 1) // alignment * alignment


def _pad(blob, alignment):
    blob.extend(b"\0" * (-len(blob) % alignment))
