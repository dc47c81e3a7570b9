"""The head mesh: rings, a Poisson-disc point set on the star-shaped surface, and its hull."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import scipy.sparse.linalg as sparse_linalg
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import ConvexHull, KDTree

from mien.head.build import rings as ring_shapes
from mien.head.build.rings import Rings, mirrored
from mien.head.build.sdf import EYE, STAR_CENTRE, Points, ray_hit, smooth_step

BOTTOM = -20.5
Index = NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Surface:
    """The rest head. `eye` holds (2, 9, 44) vertex indices (x > 0 first), `mouth` (12, 56)."""

    vertices: Points
    triangles: Index
    eye: Index
    mouth: Index
    mouth_cap: int


def _spacing(p: Points) -> NDArray[np.float64]:
    """Wanted distance between neighbours: fine at nose, eyes and front, coarse behind."""
    x, y, z = np.abs(p[:, 0]), p[:, 1], p[:, 2]
    front = np.exp(-((x / 5.5) ** 2 + ((y + 3.0) / 6.5) ** 2)) * smooth_step(-7, -1, z)
    nose = np.exp(-((x / 1.6) ** 2 + ((y + 3.6) / 1.6) ** 2)) * smooth_step(0, 1.5, z)
    eye = np.exp(-(((x - 3.2) / 2.0) ** 2 + ((y - 0.1) / 1.5) ** 2)) * smooth_step(-3, -1, z)
    fold = np.exp(-(((x - 2.7) / 1.1) ** 2 + ((y + 5.1) / 1.7) ** 2)) * smooth_step(-3, 0, z)
    forehead = np.exp(-((x / 4.2) ** 2 + ((y - 3.8) / 2.0) ** 2)) * smooth_step(-4, -1, z)
    h = 0.62 - 0.38 * front - 0.09 * nose - 0.06 * eye + 0.5 * smooth_step(-12, -20, y)
    h = h - 0.16 * fold - 0.19 * forehead
    return np.maximum(h, 0.13)


def _inside_rings(p: Points) -> NDArray[np.bool_]:
    outer = ring_shapes.EYE_OFFSETS[-1]
    ex = (np.abs(p[:, 0]) - EYE[0] + 0.04) / (1.50 + outer * 0.95 + 0.02)
    ey = p[:, 1]
    high = np.where(ey > 0, ey / (0.60 + outer * 1.08), ey / (0.46 + outer))
    in_eye = (ex**2 + high**2 < 1.10) & (p[:, 2] > -3)
    mx = p[:, 0] / (ring_shapes.MOUTH_WIDTH + 1.1 * 0.42 + 0.05)
    my = p[:, 1] - ring_shapes.MOUTH_Y
    in_mouth = (mx**2 + np.where(my > 0, my / 1.20, my / 1.45) ** 2 < 1.04) & (p[:, 2] > -2)
    return in_eye | in_mouth


def _candidates(random: np.random.Generator) -> Points:
    """Many surface points of the half x >= 0, denser where the face needs them."""
    whole = random.normal(size=(160000, 3))
    face = random.normal(size=(60000, 3)) * [0.28, 0.45, 0.2] + [0, -0.12, 1]
    nose = random.normal(size=(30000, 3)) * [0.12, 0.12, 0.1] + [0, -0.2, 1]
    directions = np.r_[whole, face, nose]
    directions[:, 0] = np.abs(directions[:, 0])
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    points = ray_hit(directions[directions[:, 1] > -0.997], steps=45)
    return points[points[:, 1] > BOTTOM]


def _midline(ring_tree: KDTree) -> Points:
    angles = np.linspace(-np.pi, np.pi, 6000)
    directions = np.c_[0 * angles, np.sin(angles), np.cos(angles)]
    points = ray_hit(directions[directions[:, 1] > -0.9985])
    points = points[points[:, 1] > BOTTOM]
    spacing = _spacing(points)
    usable = ~_inside_rings(points) & (ring_tree.query(points)[0] > spacing * 0.55)
    chosen: list[NDArray[np.float64]] = []
    for point, gap in zip(points[usable], spacing[usable], strict=True):
        if chosen and np.min(np.linalg.norm(np.array(chosen) - point, axis=1)) < gap * 0.95:
            continue
        chosen.append(point)
    return np.array(chosen)


def _poisson_half(random: np.random.Generator, ring_tree: KDTree, middle: Points) -> Points:
    points = _candidates(random)
    spacing = _spacing(points)
    keep = ~_inside_rings(points) & (points[:, 0] > spacing * 0.52)
    keep &= ring_tree.query(points)[0] > np.minimum(spacing * 0.75, 0.3)
    keep &= KDTree(middle).query(points)[0] > spacing * 0.8
    points, spacing = points[keep], spacing[keep]
    order = random.permutation(len(points))
    points, spacing = points[order], spacing[order]
    alive, tree, chosen = np.ones(len(points), bool), KDTree(points), []
    for i in range(len(points)):
        if alive[i]:
            chosen.append(i)
            alive[tree.query_ball_point(points[i], spacing[i] * 0.9)] = False
    return points[chosen]


def _hull(points: Points) -> Index:
    directions = points - STAR_CENTRE
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return ConvexHull(directions).simplices.astype(np.int64)


def _adjacency(triangles: Index, count: int) -> Any:
    edges = np.r_[triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]
    edges = np.r_[edges, edges[:, ::-1]]
    matrix = sparse.coo_matrix(
        (np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count)
    ).tocsr()
    matrix.data[:] = 1
    return matrix


def _relax(half: Points, middle: Points, rings: Rings, ring_tree: KDTree) -> Points:
    """Six rounds of Laplacian smoothing, projected back to the surface each time."""
    eye, mouth = rings.eye[-1], rings.mouth[-1]
    first = len(eye) + len(mouth) + len(middle)
    for _ in range(6):
        everything = np.r_[eye, mouth, middle, half, mirrored(half), mirrored(eye)]
        neighbours = _adjacency(_hull(everything), len(everything))
        degree = np.maximum(np.asarray(neighbours.sum(1)).ravel(), 1)[:, None]
        mean = (neighbours @ everything) / degree
        moved = 0.5 * half + 0.5 * mean[first : first + len(half)]
        stay = _inside_rings(moved) | (ring_tree.query(moved)[0] < 0.10) | (half[:, 1] < -19)
        moved[stay] = half[stay]
        directions = moved - STAR_CENTRE
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        half = ray_hit(directions)
    return half


def _strip(inner: Index, outer: Index, *, flip: bool) -> Index:
    i = np.arange(len(inner))
    j = (i + 1) % len(inner)
    quads = np.r_[np.c_[inner[i], outer[i], outer[j]], np.c_[inner[i], outer[j], inner[j]]]
    return quads[:, [0, 2, 1]] if flip else quads


def _hull_triangles(vertices: Points, hull_index: Index, ring_borders: list[Index]) -> Index:
    triangles = hull_index[_hull(vertices[hull_index])]
    normals = np.cross(
        vertices[triangles[:, 1]] - vertices[triangles[:, 0]],
        vertices[triangles[:, 2]] - vertices[triangles[:, 0]],
    )
    inward = (normals * (vertices[triangles].mean(1) - STAR_CENTRE)).sum(1) < 0
    triangles[inward] = triangles[inward][:, [0, 2, 1]]
    for border in ring_borders:
        on_border = np.zeros(len(vertices), bool)
        on_border[border] = True
        triangles = triangles[~on_border[triangles].all(1)]
    # The hull also closes the neck; open it again.
    triangles = triangles[~(vertices[triangles][:, :, 1].max(1) < -19.0)]
    edge = np.linalg.norm(vertices[triangles[:, 0]] - vertices[triangles[:, 1]], axis=1)
    return triangles[edge <= 5]


def build_surface(seed: int = 1) -> Surface:
    """The rest head mesh, mirror-symmetric by construction."""
    random = np.random.default_rng(seed)
    rings = ring_shapes.make_rings()
    parts: list[Points] = []

    def add(points: Points) -> Index:
        start = sum(len(part) for part in parts)
        parts.append(points)
        return np.arange(start, start + len(points))

    right = [add(ring) for ring in rings.eye]
    left = [add(mirrored(ring)) for ring in rings.eye]
    mouth = [add(ring) for ring in rings.mouth]
    cap = int(add(rings.mouth_cap)[0])
    border = np.r_[rings.eye[-1], mirrored(rings.eye[-1]), rings.mouth[-1]]
    ring_tree = KDTree(border)
    middle = _midline(ring_tree)
    half = _relax(_poisson_half(random, ring_tree, middle), middle, rings, ring_tree)
    fill = np.r_[add(middle), add(half), add(mirrored(half))]
    vertices = np.concatenate(parts)
    borders = [right[-1], left[-1], mouth[-1]]
    faces = [_hull_triangles(vertices, np.r_[right[-1], left[-1], mouth[-1], fill], borders)]
    for k in range(len(right) - 1):
        faces.append(_strip(right[k], right[k + 1], flip=False))
        faces.append(_strip(left[k], left[k + 1], flip=True))
    faces += [_strip(mouth[k], mouth[k + 1], flip=False) for k in range(len(mouth) - 1)]
    i = np.arange(len(mouth[0]))
    faces.append(np.c_[np.full(len(i), cap), mouth[0][i], mouth[0][(i + 1) % len(i)]])
    eye = np.stack([np.stack(right), np.stack(left)])
    return Surface(vertices, np.concatenate(faces), eye, np.stack(mouth), cap)


def harmonic(surface: Surface, fixed: Index, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) weights that solve Laplace's equation on the mesh with the fixed values, in [0, 1]."""
    vertices, triangles = surface.vertices, surface.triangles
    count = len(vertices)
    edges = np.r_[triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]
    edges = np.r_[edges, edges[:, ::-1]]
    weight = 1 / (np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1) + 0.05)
    matrix = sparse.coo_matrix((weight, (edges[:, 0], edges[:, 1])), shape=(count, count)).tocsr()
    laplacian = (sparse.diags(np.asarray(matrix.sum(1)).ravel()) - matrix).tocsr()
    free = np.setdiff1d(np.arange(count), fixed)
    solution = np.zeros(count)
    solution[fixed] = values
    right_side = -(laplacian[free][:, fixed] @ values)
    inner = laplacian[free][:, free].tocsc() + 1e-9 * sparse.eye(len(free))
    solution[free] = np.asarray(sparse_linalg.spsolve(inner.tocsc(), right_side), float)
    return np.clip(solution, 0, 1)


def vertex_normals(vertices: Points, triangles: Index) -> Points:
    """Area-weighted unit normals."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    faces = np.cross(b - a, c - a)
    normals = np.zeros_like(vertices)
    for corner in range(3):
        for axis in range(3):
            normals[:, axis] += np.bincount(
                triangles[:, corner], faces[:, axis], minlength=len(vertices)
            )
    return normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12)
